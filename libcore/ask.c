/* ask.c - the client's half of fdpass: nothing that comes is believed
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "err.h"
#include "fdpass.h"
#include "sys.h"

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(FDPASS_UWSGI_MAX * sizeof(int))];
};

/* result: of the call that noticed */
_Noreturn static void closed(const char *path, ssize_t result)
{
	if (result < 0 && errno != EPIPE && errno != ECONNRESET)
		die("'%s': %m", path);
	die("'%s': the server closed the connection without an answer", path);
}

_Noreturn static void not_ours(const char *path)
{
	die("'%s': the answer is not that of a server of namespaces", path);
}

/* Takes size bytes and up to max descriptors; returns how many. Dies. */
static int receive(int sock, const char *path, void *data, size_t size, int *fd,
		   int max)
{
	union control control;
	struct iovec iov = {data, size};
	struct msghdr head = {.msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	ssize_t got = recvmsg(sock, &head, MSG_CMSG_CLOEXEC);
	int n;

	if (got < 0 && errno == EAGAIN)
		die("'%s': %m (no answer within %d seconds)", path,
		    FDPASS_DEADLINE);
	if (got <= 0)
		closed(path, got);
	if (head.msg_flags & MSG_CTRUNC)
		die("'%s': descriptors were lost on the way (the limit of open "
		    "files, ulimit -n, or too many were sent)",
		    path);
	c = CMSG_FIRSTHDR(&head);
	if (got != (ssize_t)size || head.msg_flags & MSG_TRUNC || !c ||
	    c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS)
		not_ours(path);
	n = (c->cmsg_len - CMSG_LEN(0)) / sizeof(int);
	if (n > max)
		die("'%s': the server sent %d descriptors, at most %d are "
		    "expected",
		    path, n, max);
	memcpy(fd, CMSG_DATA(c), n * sizeof(int));
	return n;
}

static int same_namespace(int a, int b)
{
	struct stat x, y;

	return !fstat(a, &x) && !fstat(b, &y) && x.st_ino == y.st_ino;
}

#define ANY_KIND (-1)

/* What came is a namespace, of this kind if one was told. */
static void take(struct jail *j, const char *path, int fd, int kind)
{
	int is = sys_ns_kind(fd), i = 0;

	if (is < 0)
		die("'%s': the server sent a descriptor that is no namespace: "
		    "%m",
		    path);
	while (i < NS_KINDS && ns_table[i].kind != is)
		i++;
	if (i == NS_KINDS || (kind != ANY_KIND && is != kind))
		die("'%s': the server sent a namespace of another kind than it "
		    "says",
		    path);
	if (j->fd[i] < 0)
		j->fd[i] = fd;
	else if (!same_namespace(j->fd[i], fd))
		die("'%s': the server sent two %s namespaces", path,
		    ns_table[i].name);
	else
		close(fd); /* uWSGI sends pid and pid_for_children */
}

static void ask_ours(int sock, const char *path, struct jail *j)
{
	struct fdpass_request r = {.magic = FDPASS_MAGIC, .kinds = NS_ALL};
	struct fdpass_answer a = {.n = 0};
	int fd[FDPASS_UWSGI_MAX], n;

	if (send(sock, &r, sizeof(r), MSG_NOSIGNAL) != sizeof(r))
		closed(path, -1);
	n = receive(sock, path, &a, sizeof(a), fd, NS_KINDS);
	if (memcmp(a.magic, FDPASS_MAGIC, sizeof(a.magic)))
		not_ours(path);
	if (a.n != (uint32_t)n)
		die("'%s': the server says it sent %u namespaces, %d came",
		    path, a.n, n);
	for (int i = 0; i < n; i++)
		take(j, path, fd[i], a.kind[i]);
	j->limits = a.limits;
	j->known = 1;
}

static void take_uwsgi(int sock, const char *path, struct jail *j)
{
	struct fdpass_uwsgi u = {.n = 0};
	int fd[FDPASS_UWSGI_MAX];
	int n = receive(sock, path, &u, sizeof(u), fd, FDPASS_UWSGI_MAX);

	if (memcmp(u.magic, FDPASS_UWSGI, sizeof(u.magic)))
		not_ours(path);
	if (u.n != n)
		die("'%s': the server says it sent %d namespaces, %d came",
		    path, u.n, n);
	for (int i = 0; i < n; i++)
		take(j, path, fd[i], ANY_KIND);
}

/* A connected socket, or -1 and errno. */
static int connect_to(const struct sockaddr_un *a, int type)
{
	const struct timeval deadline = {.tv_sec = FDPASS_DEADLINE};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0), err;

	if (fd < 0)
		return -1;
	if (!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline,
			sizeof(deadline)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline,
			sizeof(deadline)) &&
	    !connect(fd, (void *)a, sizeof(*a)))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

static void check_server(int sock, const char *path, uid_t trust)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, &peer, &size))
		die("'%s': %m", path);
	if (!fdpass_is_own(peer.uid) && peer.uid != trust)
		die("'%s': it is served by uid %u, which is neither root nor "
		    "this user",
		    path, peer.uid);
}

void fdpass_ask(const char *path, uid_t trust, struct jail *j)
{
	struct sockaddr_un a;
	int sock = -1, uwsgi = 0;

	jail_clear(j);
	if (!fdpass_address(&a, path)) {
		sock = connect_to(&a, SOCK_SEQPACKET);
		/* A stream socket stands there: that is uWSGI's. */
		uwsgi = sock < 0 && errno == EPROTOTYPE;
		if (uwsgi)
			sock = connect_to(&a, SOCK_STREAM);
	}
	if (sock < 0 && errno == EAGAIN)
		die("connect '%s': %m (no answer within %d seconds)", path,
		    FDPASS_DEADLINE);
	if (sock < 0)
		die("connect '%s': %m%s", path,
		    errno == ECONNREFUSED ? " (nobody serves it)" : "");
	check_server(sock, path, trust);
	if (uwsgi)
		take_uwsgi(sock, path, j);
	else
		ask_ours(sock, path, j);
	close(sock);
}
