/* legacy.c - ways out by ipc, network, terminal, keys and other numberings */
/* SPDX-License-Identifier: 0BSD */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "escape.h"

static int abstract_socket(void)
{
	struct sockaddr_un sun = {.sun_family = AF_UNIX};
	int s = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memcpy(sun.sun_path, "\0cellbox-host", 13);
	return verdict(!connect(s, (struct sockaddr *)&sun,
				offsetof(struct sockaddr_un, sun_path) + 13));
}

static int loopback(void)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons(7007),
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	int s = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return verdict(!connect(s, (struct sockaddr *)&in, sizeof in));
}

static int sysv_shm(void)
{
	return verdict(shmget(0x0ce11b0c, 0, 0) >= 0);
}

/* KEYCTL_SEARCH in the session keyring that the caller had. */
static int keyring(void)
{
	return verdict(
		syscall(SYS_keyctl, 10L, -3L, "user", "cellbox-host", 0L) >= 0);
}

static int new_keyring(void)
{
	return verdict(syscall(SYS_add_key, "user", "escape", "x", 1L, -3L) >=
		       0);
}

static int tiocsti(void)
{
	if (!isatty(0))
		return untried("no terminal");
	return verdict(!ioctl(0, TIOCSTI, "x"));
}

/* A filter on 64-bit numbers is passed by high bits: the kernel cuts them. */
static int tiocsti_high(void)
{
	if (!isatty(0))
		return untried("no terminal");
	return verdict(!syscall(SYS_ioctl, 0L, 0x100000000L | TIOCSTI, "x"));
}

static int tioclinux(void)
{
	char six = 6; /* read the shift state: harmless */

	if (!isatty(0))
		return untried("no terminal");
	if (ioctl(0, TIOCLINUX, &six) < 0 && errno == ENOTTY)
		return untried("the terminal is no console");
	return verdict(errno == 0);
}

static int dev_tty(void)
{
	int fd = open("/dev/tty", O_RDWR | O_CLOEXEC);

	if (fd < 0 && errno == ENOENT) {
		mknod("/tmp/tty", S_IFCHR | 0666, makedev(5, 0));
		fd = open("/tmp/tty", O_RDWR | O_CLOEXEC);
	}
	return verdict(fd >= 0);
}

static int caller_stdin(void)
{
	struct stat st;

	return fstat(0, &st) || !S_ISCHR(st.st_mode) || !isatty(0)
		       ? is_held("no terminal")
		       : is_open("the caller's terminal");
}

/* getpid by int 0x80: a filter of one architecture does not see it. */
static int syscall32(void)
{
#ifdef __x86_64__
	int status;
	pid_t pid = fork();

	if (!pid) {
		long r = 20;

		__asm__ volatile("int $0x80" : "+a"(r) : : "memory");
		_exit(r == getpid() ? 0 : 1);
	}
	waitpid(pid, &status, 0);
	return status == 0 ? is_open("int 0x80 works")
			   : is_held("status %d", status);
#else
	return untried("x86-64 only");
#endif
}

static int environment(void)
{
	return *host("SECRET") ? is_open("the caller's words are there")
			       : is_held("empty");
}

const struct attempt legacy_attempts[] = {
	{"abstract-socket", abstract_socket},
	{"loopback", loopback},
	{"sysv-shm", sysv_shm},
	{"keyring", keyring},
	{"add-key", new_keyring},
	{"tiocsti", tiocsti},
	{"tiocsti-high-bits", tiocsti_high},
	{"tioclinux", tioclinux},
	{"dev-tty", dev_tty},
	{"caller-stdin", caller_stdin},
	{"syscall-32-bit", syscall32},
	{"environment", environment},
	{NULL, NULL},
};
