/* stage.c - a host of its own for one attempt, and what became of it */
/* SPDX-License-Identifier: 0BSD */
/*
 * stage [-u UID] DIR NAME -- CMD... runs CMD, which shall end in `escape
 * NAME`, and prints the line of the attempt.
 *
 * Theory of operation: main makes mount, pid, uts, ipc and net namespaces and
 * forks their init, the host of this play: every mount shared, a marker in
 * DIR/host, a victim process, an abstract and a TCP listener, a shared
 * segment, a key, a pty. It forks the command with all that a careless caller
 * leaves open, reads its output, and compares DIR/host, DIR/bin, the mounts
 * and the host name with before: a difference is `open`, whatever was said.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/shm.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

#include "host.h"

#define TOKEN	 "the host's marker\n"
#define DEADLINE 8000 /* ms */

static uid_t uid;
static const char *dir, *name;

static void die(const char *what)
{
	fprintf(stderr, "stage: %s: %s\n", what, strerror(errno));
	exit(99);
}

static const char *in_dir(const char *path)
{
	static char buf[4096];

	snprintf(buf, sizeof buf, "%s/%s", dir, path);
	return buf;
}

static void listen_at(int family, const void *addr, socklen_t len)
{
	int s = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);

	if (s < 0 || bind(s, addr, len) || listen(s, 8))
		die("listen");
}

static void network(void)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct sockaddr_in in = {.sin_family = AF_INET,
				 .sin_port = htons(7007),
				 .sin_addr = {htonl(INADDR_LOOPBACK)}};
	struct ifreq ifr = {.ifr_name = "lo"};
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	ifr.ifr_flags = IFF_UP;
	if (ioctl(s, SIOCSIFFLAGS, &ifr))
		die("lo");
	close(s);
	memcpy(un.sun_path, "\0cellbox-host", 13);
	listen_at(AF_UNIX, &un, offsetof(struct sockaddr_un, sun_path) + 13);
	listen_at(AF_INET, &in, sizeof in);
}

/* A segment for all and a key for whoever possesses the session keyring. */
static void ipc(void)
{
	long key;

	if (shmget(0x0ce11b0c, 4096, IPC_CREAT | 0666) < 0)
		die("shmget");
	syscall(SYS_keyctl, 1L, "cellbox-stage", 0L, 0L, 0L);
	key = syscall(SYS_add_key, "user", "cellbox-host", "x", 1L, -3L);
	syscall(SYS_keyctl, 5L, key, 0x3f3f3f3fL, 0L, 0L);
	syscall(SYS_keyctl, 5L, -3L, 0x3f3f3f3fL, 0L, 0L);
}

static void victim(void)
{
	int ready[2];
	char c;

	if (pipe2(ready, O_CLOEXEC))
		die("pipe");
	if (fork()) {
		close(ready[1]);
		if (read(ready[0], &c, 1) != 1)
			die("victim");
		close(ready[0]);
		return;
	}
	prctl(PR_SET_NAME, "cellbox-victim", 0L, 0L, 0L);
	if (uid && (setgid(uid) || setuid(uid)))
		_exit(1);
	prctl(PR_SET_DUMPABLE, 1L, 0L, 0L, 0L);
	if (write(ready[1], "", 1) != 1)
		_exit(1);
	for (;;)
		pause();
}

/* A program of the root with CAP_NET_RAW in its file: vfs_cap_data, v2. */
static void file_capability(void)
{
	const unsigned data[5] = {0x02000001, 1 << 13, 0, 0, 0};

	setxattr(in_dir("root/fcap"), "security.capability", data, sizeof data,
		 0);
}

static void tell(void)
{
	static const char *const kinds[] = {"pid", "uts", "mnt"};
	char path[64], link[64], key[32], dev[32] = "";
	unsigned major, minor;
	size_t i;
	ssize_t n;
	FILE *f;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
		snprintf(key, sizeof key, "ESCAPE_NS_%s", kinds[i]);
		n = readlink(path, link, sizeof link - 1);
		link[n < 0 ? 0 : n] = '\0';
		setenv(key, link, 1);
	}
	f = fopen("/proc/partitions", "re");
	if (f && fscanf(f, "%*[^\n] %u %u", &major, &minor) == 2)
		snprintf(dev, sizeof dev, "%u:%u", major, minor);
	if (f)
		fclose(f);
	setenv("ESCAPE_DISK", dev, 1);
	setenv("ESCAPE_SHIPPED", "/dev/shipped-disk", 1);
	setenv("ESCAPE_ROOT", in_dir("root"), 1);
	setenv("ESCAPE_TOKEN", TOKEN, 1);
	setenv("ESCAPE_MARKER", in_dir("host/marker"), 1);
	setenv("ESCAPE_SECRET", "hunter2", 1);
}

static int terminal(char *path, size_t size)
{
	int fd = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);

	if (fd < 0 || grantpt(fd) || unlockpt(fd) || ptsname_r(fd, path, size))
		die("pty");
	if (uid && chown(path, uid, (gid_t)-1))
		die("chown pty");
	return fd;
}

/* The careless caller: a descriptor, a group, a mask of modes, a signal. */
static void command(char **argv, const char *tty, int out, int err)
{
	const gid_t group = 4242;
	int in, fd;

	setsid();
	in = open(tty, O_RDWR);
	fd = open(in_dir("host"), O_RDONLY | O_DIRECTORY);
	if (in < 0 || fd < 0 || ioctl(in, TIOCSCTTY, 0))
		die("terminal");
	dup2(fd, 9);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	umask(0);
	signal(SIGUSR2, SIG_IGN);
	if (setgroups(1, &group) || (uid && (setgid(uid) || setuid(uid))))
		die("setuid");
	execvp(*argv, argv);
	die(*argv);
}

static int wait_for(pid_t pid, int master)
{
	struct timespec start, now;
	struct pollfd p = {.fd = master, .events = POLLIN};
	char buf[512];
	int status;

	clock_gettime(CLOCK_MONOTONIC, &start);
	while (waitpid(pid, &status, WNOHANG) != pid) {
		clock_gettime(CLOCK_MONOTONIC, &now);
		if ((now.tv_sec - start.tv_sec) * 1000 > DEADLINE)
			return -1;
		if (poll(&p, 1, 1) > 0 && (p.revents & POLLIN) &&
		    read(master, buf, sizeof buf) < 0)
			p.fd = -1;
		if (p.revents & ~POLLIN)
			usleep(1000);
	}
	return WIFSIGNALED(status) ? 128 + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static void report(int status, const char *out, const char *err,
		   const char *left)
{
	size_t len = strlen(name);

	if (*left)
		printf("%s: open (the host: %s)\n", name, left);
	else if (!strncmp(out, name, len) && !strncmp(out + len, ": ", 2))
		fputs(out, stdout);
	else if (status < 0)
		printf("%s: failed (a hang)\n", name);
	else if (!strncmp(name, "tree-", 5) && status && *err)
		printf("%s: held (not built: %.*s)\n", name,
		       (int)strcspn(err, "\n"), err);
	else
		printf("%s: failed (status %d: %.*s)\n", name, status,
		       (int)strcspn(err, "\n"), err);
}

static void take(int fd, char *buf, size_t size)
{
	ssize_t n = pread(fd, buf, size - 1, 0);

	buf[n < 0 ? 0 : n] = '\0';
}

static void init(char **argv)
{
	static struct host was, is;
	char bin[4096], marked[4096], tty[64], out[1024], err[1024], left[1024];
	char *const watch[] = {bin, marked, NULL};
	int o = memfd_create("out", MFD_CLOEXEC);
	int e = memfd_create("err", MFD_CLOEXEC);
	int master, status;
	pid_t pid;

	prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL) ||
	    mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL))
		die("mount");
	strcpy(bin, in_dir("bin"));
	strcpy(marked, in_dir("host"));
	network();
	ipc();
	victim();
	file_capability();
	tell();
	master = terminal(tty, sizeof tty);
	host_read(&was, watch);
	fflush(NULL);
	pid = fork();
	if (!pid)
		command(argv, tty, o, e);
	status = wait_for(pid, master);
	host_read(&is, watch);
	host_diff(&was, &is, left, sizeof left);
	take(o, out, sizeof out);
	take(e, err, sizeof err);
	report(status, out, err, left);
	exit(0); /* and all below dies */
}

int main(int argc, char **argv)
{
	int status;
	pid_t pid;

	if (argc > 2 && !strcmp(argv[1], "-u")) {
		uid = (uid_t)atoi(argv[2]);
		argv += 2;
		argc -= 2;
	}
	if (argc < 5 || strcmp(argv[3], "--")) {
		fprintf(stderr, "usage: stage [-u UID] DIR NAME -- CMD...\n");
		return 99;
	}
	dir = argv[1];
	name = argv[2];
	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWUTS | CLONE_NEWIPC |
		    CLONE_NEWNET))
		die("unshare (root is needed)");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		init(argv + 4);
	waitpid(pid, &status, 0);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 99;
}
