/* init.c - ways out by processes: PID 1, the host's, what was inherited */
/* SPDX-License-Identifier: 0BSD */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#include "escape.h"

/*
 * PID 1 of a jail may be the attempt itself (no nsinit): then there is nobody
 * to be attacked.
 */
#define NEED_INIT                                          \
	do {                                               \
		if (getpid() == 1)                         \
			return untried("is PID 1 itself"); \
		if (access("/proc/self", F_OK))            \
			return untried("no /proc");        \
	} while (0)

/* Only a copy of the launcher in the scratch may be hit. */
static int exe_is_copy(void)
{
	char link[512];
	ssize_t n = readlink("/proc/1/exe", link, sizeof link - 1);

	if (n < 0)
		return 0;
	link[n] = '\0';
	return strstr(link, "/cellbox-escapes") != NULL;
}

static int exe_write(void)
{
	int fd;

	NEED_INIT;
	fd = open("/proc/1/exe", O_WRONLY | O_CLOEXEC);
	if (fd < 0 && errno == ETXTBSY)
		return is_open("only busy: with its end it can be written");
	return verdict(fd >= 0);
}

static int exe_chmod(void)
{
	int fd;

	NEED_INIT;
	fd = open("/proc/1/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return is_held("open: %s", strerror(errno));
	if (!exe_is_copy())
		return untried("it is no copy");
	return verdict(!fchmod(fd, 04755));
}

static int exe_xattr(void)
{
	int fd;

	NEED_INIT;
	fd = open("/proc/1/exe", O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return is_held("open: %s", strerror(errno));
	if (!exe_is_copy())
		return untried("it is no copy");
	return verdict(!fsetxattr(fd, "user.escape", "x", 1, 0));
}

static int can_read(const char *path)
{
	char c;
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	return fd >= 0 && read(fd, &c, 1) == 1;
}

static int init_environ(void)
{
	NEED_INIT;
	errno = ENODATA;
	return verdict(can_read("/proc/1/environ"));
}

static int init_cmdline(void)
{
	NEED_INIT;
	errno = ENODATA;
	return verdict(can_read("/proc/1/cmdline"));
}

static int init_fds(void)
{
	NEED_INIT;
	return verdict(opendir("/proc/1/fd") != NULL);
}

static int init_namespaces(void)
{
	NEED_INIT;
	return verdict(open("/proc/1/ns/mnt", O_RDONLY | O_CLOEXEC) >= 0);
}

static int init_mem(void)
{
	NEED_INIT;
	return verdict(open("/proc/1/mem", O_RDWR | O_CLOEXEC) >= 0);
}

static int init_ptrace(void)
{
	NEED_INIT;
	return verdict(!ptrace(PTRACE_SEIZE, 1, 0L, 0L));
}

static int pidfd_steal(void)
{
	int pidfd;

	NEED_INIT;
	pidfd = (int)syscall(SYS_pidfd_open, 1L, 0L);
	if (pidfd < 0)
		return is_held("pidfd_open: %s", strerror(errno));
	return verdict(syscall(SYS_pidfd_getfd, (long)pidfd, 0L, 0L) >= 0);
}

/* The jail's own init may be sent all; the host's only signal 0. */
static int init_kill(void)
{
	NEED_INIT;
	if (!*host("NS_pid"))
		return untried("not told which are the host's");
	if (in_host_ns("pid"))
		return verdict(!kill(1, 0));
	signal(SIGTERM, SIG_IGN); /* an init may pass it on to us */
	kill(1, SIGTERM);
	kill(1, SIGKILL);
	usleep(100000);
	return is_held("it lives");
}

static int host_pids(void)
{
	if (access("/proc/self", F_OK))
		return untried("no /proc");
	return find_victim() ? is_open("the victim is seen")
			     : is_held("none is seen");
}

static int victim_signal(void)
{
	pid_t pid = find_victim();

	return pid ? verdict(!kill(pid, 0)) : is_held("not seen");
}

static int victim_ptrace(void)
{
	pid_t pid = find_victim();

	return pid ? verdict(!ptrace(PTRACE_SEIZE, pid, 0L, 0L))
		   : is_held("not seen");
}

static int groups(void)
{
	gid_t list[64];
	int n = getgroups(64, list);

	while (n-- > 0)
		if (list[n] == 4242 || list[n] == 65534)
			return is_open("group %d", (int)list[n]);
	return is_held("not there");
}

static int ambient(void)
{
	long cap;

	for (cap = 0; cap < 64; cap++)
		if (prctl(PR_CAP_AMBIENT, (long)PR_CAP_AMBIENT_IS_SET, cap, 0L,
			  0L) == 1)
			return is_open("capability %ld", cap);
	return is_held("none");
}

static int signal_mask(void)
{
	unsigned long long mask = 0;

	syscall(SYS_rt_sigprocmask, 0L, NULL, &mask, 8L);
	return mask ? is_open("blocked: %llx", mask) : is_held("empty");
}

static int ignored_signals(void)
{
	struct sigaction sa;

	sigaction(SIGUSR2, NULL, &sa);
	return sa.sa_handler == SIG_IGN ? is_open("USR2 is ignored")
					: is_held("default");
}

static int loose_umask(void)
{
	return umask(022) == 0 ? is_open("umask 0") : is_held("not 0");
}

static int no_new_privs(void)
{
	return prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L) == 1
		       ? is_held("set")
		       : is_open("not set");
}

static int join_catcher(void)
{
	return untried("nobody joins in this set-up");
}

const struct attempt init_attempts[] = {
	{"init-exe-write", exe_write},
	{"init-exe-chmod", exe_chmod},
	{"init-exe-xattr", exe_xattr},
	{"init-environ", init_environ},
	{"init-cmdline", init_cmdline},
	{"init-fds", init_fds},
	{"init-namespaces", init_namespaces},
	{"init-mem", init_mem},
	{"init-ptrace", init_ptrace},
	{"init-pidfd-getfd", pidfd_steal},
	{"init-kill", init_kill},
	{"host-pids", host_pids},
	{"victim-signal", victim_signal},
	{"victim-ptrace", victim_ptrace},
	{"supplementary-groups", groups},
	{"ambient-capabilities", ambient},
	{"signal-mask", signal_mask},
	{"ignored-signals", ignored_signals},
	{"umask", loose_umask},
	{"no-new-privs", no_new_privs},
	{"join-catcher", join_catcher},
	{NULL, NULL},
};
