/* peer.c - a hostile peer for setns-join and setns-serve */
/* SPDX-License-Identifier: 0BSD */
/*
 * peer serve PATH MODE [FILE]
 *	listens at PATH and treats one client after another as modes[] says;
 *	FILE: the namespace of `one`, the second of `twice`. u-MODE: as uWSGI.
 * peer ask PATH MODE [N]
 *	asks a server N times (1): ask, garbage, short, long, empty, fds, half
 *	(close our half first), slow (connect, wait, ask), stream; tells "BYTES
 *	FDS", or why there is no answer; worst: the microseconds of the slowest
 *	answer. patient: connects, says nothing, tells "closed MICROSECONDS". Or mute (ask, do not read), none (connect
 *	only): N at once, "up" when all are there, until TERM.
 * peer inode PID, peer nsid FILE
 *	the inode of its pidfd, and the number of a namespace (NS_GET_ID)
 *
 * The frames are written down a second time on purpose: see libcore/fdpass.h.
 */
#include "helper.h"

#include <errno.h>
#include <stdint.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define MOST 120

static const char *const names[] = {"mnt", "uts",  "ipc",    "net",
				    "pid", "user", "cgroup", "time"};
struct answer {
	char magic[8];
	uint32_t n, known;
	uint64_t bounding;
	uint32_t uid, gid, no_new_privs, seccomp;
	struct {
		char name[8];
		uint64_t inode;
	} item[11];
};

struct uwsgi {
	char magic[11];
	int n;
} __attribute__((packed));

/* What is sent: the frame's claim and the descriptors, apart from each other */
static const struct mode {
	const char *name;
	int says, sends; /* namespaces; sends -1: no frame but garbage */
	enum {
		GOOD,
		MAGIC,
		FILES,
		SWAP,
		ZERO,
		TWICE,
		LONG,
		SHORT,
		VERSION,
		INODE,
		NAME,
		UNASKED,
		KNOWN
	} how;
} modes[] = {
	{"good", 8, 8, GOOD},	    {"magic", 8, 8, MAGIC},
	{"few", 8, 3, GOOD},	    {"many", 3, 8, GOOD},
	{"too-many", 9, 9, GOOD},   {"flood", 8, MOST, GOOD},
	{"files", 8, 8, FILES},	    {"swap", 8, 8, SWAP},
	{"zero", 8, 8, ZERO},	    {"twice", 2, 2, TWICE},
	{"long", 8, 8, LONG},	    {"short", 8, 8, SHORT},
	{"version", 8, 8, VERSION}, {"inode", 8, 8, INODE},
	{"name", 8, 8, NAME},	    {"unasked", 1, 1, UNASKED},
	{"known", 8, 8, KNOWN},	    {"none", 0, 0, GOOD},
	{"bare", 8, 0, GOOD},	    {"garbage", 0, -1, GOOD},
	{"minus", -1, 8, GOOD},	    {"one", 1, 1, GOOD},
	{"endless", 8, -1, LONG},   {"close", 0, 0, GOOD},
	{"hang-up", 0, 0, GOOD},    {"silent", 0, 0, GOOD},
	{"no-accept", 0, 0, GOOD},
};

static union {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(MOST * sizeof(int))];
} control;

static _Noreturn void fail(const char *what)
{
	fprintf(stderr, "peer: %s: %s\n", what, strerror(errno));
	exit(125);
}

static int endpoint(const char *path, int type, int serve)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	strncpy(a.sun_path, path, sizeof(a.sun_path) - 1);
	if (serve ? bind(fd, (void *)&a, sizeof(a)) || listen(fd, 0)
		  : connect(fd, (void *)&a, sizeof(a)))
		fail(path);
	return fd;
}

static ssize_t pass(int sock, const void *data, size_t size, const int *fd,
		    int n)
{
	struct iovec iov = {(void *)data, size};
	struct msghdr head = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *c;

	memset(&control, 0, sizeof(control));
	if (n > 0) {
		head.msg_control = &control;
		head.msg_controllen = CMSG_SPACE(n * sizeof(int));
		c = CMSG_FIRSTHDR(&head);
		c->cmsg_level = SOL_SOCKET;
		c->cmsg_type = SCM_RIGHTS;
		c->cmsg_len = CMSG_LEN(n * sizeof(int));
		memcpy(CMSG_DATA(c), fd, n * sizeof(int));
	}
	return sendmsg(sock, &head, MSG_NOSIGNAL);
}

static int open_namespace(int i, const char *file)
{
	char path[64];
	int fd;

	snprintf(path, sizeof(path), "/proc/self/ns/%s", names[i % 8]);
	fd = open(file ? file : path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		fail(file ? file : path);
	return fd;
}

/* What the frame says of descriptor i */
static void describe(struct answer *a, int i, const struct mode *m, int fd,
		     const char *file)
{
	const char *name = m->how == SWAP      ? names[7 - i % 8]
			   : m->how == ZERO    ? ""
			   : m->how == NAME    ? "mount"
			   : m->how == UNASKED ? "pidfd"
			   : m->how == TWICE   ? "uts"
			   : file	       ? "pid"
					       : names[i % 8];
	struct stat st;

	if (i >= 11 || fstat(fd, &st))
		return;
	memcpy(a->item[i].name, name, strlen(name));
	a->item[i].inode = st.st_ino + (m->how == INODE);
}

static void answer(int sock, const struct mode *m, int stream, const char *file)
{
	char data[4096];
	struct answer *a = (void *)data;
	struct uwsgi *u = (void *)data;
	size_t size = stream ? sizeof(*u) : sizeof(*a);
	int fd[MOST];

	memset(data, m->sends < 0 ? 'x' : 0, sizeof(data));
	if (m->sends >= 0 && stream) {
		*u = (struct uwsgi){"uwsgi-setns", m->says};
	} else if (m->sends >= 0) {
		*a = (struct answer){.magic = "cellbox2",
				     .n = (uint32_t)m->says,
				     .known = m->how == KNOWN ? 2 : 1,
				     .bounding = ~0ULL,
				     .uid = getuid(),
				     .gid = getgid()};
	}
	data[0] += m->how == MAGIC;
	data[7] += m->how == VERSION;
	for (int i = 0; i < m->sends; i++)
		fd[i] = m->how == FILES	  ? open("/dev/null", O_RDONLY)
			: m->how == TWICE ? open_namespace(1, i ? file : NULL)
					  : open_namespace(i, file);
	for (int i = 0; i < m->sends && !stream; i++)
		describe(a, i, m, fd[i], file);
	size += m->how == LONG ? 64 : m->how == SHORT ? -1 : 0;
	while (pass(sock, data, size, fd, m->sends) > 0 && m->sends < 0 &&
	       m->how == LONG)
		continue;
	for (int i = 0; i < m->sends; i++)
		close(fd[i]);
}

static int serve(const char *path, const char *name, const char *file)
{
	int stream = !strncmp(name, "u-", 2);
	int sock = endpoint(path, stream ? SOCK_STREAM : SOCK_SEQPACKET, 1);
	const struct mode *m = modes;

	name += stream ? 2 : 0;
	while (strcmp(m->name, name))
		if (++m == modes + sizeof(modes) / sizeof(*modes))
			fail(name);
	for (;;) {
		int fd;

		if (!strcmp(name, "no-accept"))
			pause();
		fd = accept4(sock, NULL, NULL, SOCK_CLOEXEC);
		if (fd < 0)
			fail("accept");
		if (!strcmp(name, "silent"))
			continue; /* and it stays open */
		if (!stream && strcmp(name, "close"))
			recv(fd, control.bytes, 64, 0);
		if (strcmp(name, "close") && strcmp(name, "hang-up"))
			answer(fd, m, stream, file);
		close(fd);
	}
}

/* 0, or -1 if there is no answer; it is told unless quiet. */
static int tell(int sock, int quiet)
{
	char data[4096];
	struct iovec iov = {data, sizeof(data)};
	struct msghdr head = {.msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	ssize_t n;
	int fds = 0;

	n = recvmsg(sock, &head, MSG_CMSG_CLOEXEC);
	c = n < 0 ? NULL : CMSG_FIRSTHDR(&head);
	if (c && c->cmsg_type == SCM_RIGHTS)
		fds = (int)((c->cmsg_len - CMSG_LEN(0)) / sizeof(int));
	for (int i = 0; i < fds; i++)
		close(((int *)CMSG_DATA(c))[i]);
	if (quiet)
		return n > 0 ? 0 : -1;
	if (n < 0)
		printf("%s\n",
		       errno == ECONNRESET ? "closed" : strerror(errno));
	else if (!n)
		puts("closed");
	else
		printf("%d %d\n", (int)n, fds);
	return n > 0 ? 0 : -1;
}

static int patient(const char *path)
{
	int sock = endpoint(path, SOCK_SEQPACKET, 0);
	double begin = now();
	char byte;

	if (recv(sock, &byte, 1, 0))
		fail("recv");
	printf("closed %.0f\n", (now() - begin) * 1e6);
	return 0;
}

static int ask(const char *path, const char *mode, int times)
{
	char data[64] = "cellbox2\x80\0\x02\x7e";
	int type = strcmp(mode, "stream") ? SOCK_SEQPACKET : SOCK_STREAM;
	int mute = !strcmp(mode, "mute"), none = !strcmp(mode, "none");
	size_t size = !strcmp(mode, "short")   ? 15
		      : !strcmp(mode, "long")  ? 17
		      : !strcmp(mode, "empty") ? 0
					       : 16;
	int fd[MOST], worst = !strcmp(mode, "worst");
	double most = 0;

	if (!strcmp(mode, "patient"))
		return patient(path);
	for (int i = 0; i < MOST; i++)
		fd[i] = 1;
	if (!strcmp(mode, "garbage"))
		memset(data, 'x', sizeof(data));
	for (int i = 0; i < times; i++) {
		double begin = now();
		int sock = endpoint(path, type, 0);

		if (!strcmp(mode, "slow"))
			usleep(400000);
		if (!none && type == SOCK_SEQPACKET)
			pass(sock, data, size, fd,
			     strcmp(mode, "fds") ? 0 : MOST);
		if (!strcmp(mode, "half"))
			shutdown(sock, SHUT_WR);
		if (none || mute)
			continue; /* and it stays open */
		/* It was the oldest of too many: once more, and it counts. */
		while (worst && tell(sock, 1)) {
			close(sock);
			sock = endpoint(path, type, 0);
			pass(sock, data, size, fd, 0);
		}
		if (!worst)
			tell(sock, 0);
		if (now() - begin > most)
			most = now() - begin;
		close(sock);
	}
	if (worst)
		printf("%.0f\n", most * 1e6);
	if (none || mute) {
		dprintf(1, "up\n");
		pause();
	}
	return 0;
}

static int number(const char *what, const char *word)
{
	uint64_t id = 0;
	struct stat st;
	int fd = *what == 'i' ? (int)syscall(434 /* pidfd_open */,
					     (long)atoi(word), 0L)
			      : open(word, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || fstat(fd, &st) ||
	    (*what != 'i' && ioctl(fd, 0x8008b70d, &id)))
		fail(word);
	printf("%llu\n", (unsigned long long)(*what == 'i' ? st.st_ino : id));
	return 0;
}

int main(int argc, char **argv)
{
	prctl(PR_SET_PDEATHSIG, (long)SIGKILL);
	if (argc >= 4 && !strcmp(argv[1], "serve"))
		return serve(argv[2], argv[3], argv[4]);
	if (argc >= 4 && !strcmp(argv[1], "ask"))
		return ask(argv[2], argv[3], argc > 4 ? atoi(argv[4]) : 1);
	if (argc == 3 &&
	    (!strcmp(argv[1], "inode") || !strcmp(argv[1], "nsid")))
		return number(argv[1], argv[2]);
	return 125; /* usage: see above */
}
