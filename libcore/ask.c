/* ask.c - the client's half of fdpass: nothing that comes is believed
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fdpass.h"
#include "peers.h"
#include "sys.h"
#include "wire.h"

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(WIRE_UWSGI_MAX * sizeof(int))];
};

/* result: of the call that noticed */
_Noreturn static void closed(const char *path, ssize_t result)
{
	if (result < 0 && errno != EPIPE && errno != ECONNRESET)
		die("'%s': %m", path);
	die("'%s': the server closed the connection without an answer", path);
}

/* Takes size bytes at most, and up to max descriptors, of which *n came.
 * Returns how many bytes. Dies. */
static size_t receive(int sock, const struct fdpass_asked *ask, void *data,
		      size_t size, int *fd, int max, int *n)
{
	union control control;
	struct iovec iov = {data, size};
	struct msghdr head = {.msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	ssize_t got = recvmsg(sock, &head, MSG_CMSG_CLOEXEC);

	if (got < 0 && errno == EAGAIN)
		die("'%s': %m (no answer within %d seconds)", ask->path,
		    FDPASS_DEADLINE + ask->wait);
	if (got <= 0)
		closed(ask->path, got);
	if (head.msg_flags & MSG_CTRUNC)
		die("'%s': descriptors were lost on the way (the limit of open "
		    "files, ulimit -n, or too many were sent)",
		    ask->path);
	c = CMSG_FIRSTHDR(&head);
	if (c && (c->cmsg_level != SOL_SOCKET || c->cmsg_type != SCM_RIGHTS))
		return 0;
	*n = c ? (c->cmsg_len - CMSG_LEN(0)) / sizeof(int) : 0;
	if (*n > max)
		die("'%s': the server sent %d descriptors, at most %d are "
		    "expected",
		    ask->path, *n, max);
	for (int i = 0; i < *n; i++)
		memcpy(fd + i, CMSG_DATA(c) + i * sizeof(int), sizeof(int));
	/* What did not fit is no answer of ours. */
	return head.msg_flags & MSG_TRUNC ? 0 : got;
}

/* What is wrong with the answer as a whole; says and sent: descriptors */
static void check(enum wire_fault fault, const char *path, int says, int sent)
{
	if (fault == WIRE_COUNT)
		die("'%s': the server says it sent %d descriptors, %d came",
		    path, says, sent);
	if (fault == WIRE_VERSION)
		die("'%s': the server speaks another version of the protocol",
		    path);
	if (fault == WIRE_NAME)
		die("'%s': the server sent what was not asked for", path);
	if (fault == WIRE_TWICE)
		die("'%s': the server sent two of a kind", path);
	if (fault)
		die("'%s': the answer is not that of a server of namespaces",
		    path);
}

/* The descriptor is what its row says; 0 and errno if that was told. */
static int is_row(int row, int fd)
{
	struct stat st;

	errno = EBADMSG;
	if (row < NS_KINDS)
		return sys_ns_kind(fd) == ns_table[row].kind;
	if (row != JAIL_PIDFD)
		return !fstat(fd, &st) && S_ISDIR(st.st_mode) &&
		       fcntl(fd, F_GETFL) & O_PATH;
	return !sys_pidfd_signal(fd, 0) || errno != EBADF;
}

static void ask_ours(int sock, const struct fdpass_asked *ask, struct jail *j)
{
	struct wire_request r = {.magic = WIRE_MAGIC, .wanted = ask->wanted};
	struct wire_answer a = {.n = 0};
	int fd[WIRE_UWSGI_MAX], row[JAIL_FDS], n = 0;
	size_t size;

	if (send(sock, &r, sizeof(r), MSG_NOSIGNAL) != sizeof(r))
		closed(ask->path, -1);
	size = receive(sock, ask, &a, sizeof(a), fd, JAIL_FDS, &n);
	check(wire_read_answer(&a, size, n, ask->wanted, row), ask->path, a.n,
	      n);
	for (int i = 0; i < n; i++) {
		struct stat st;

		if (!is_row(row[i], fd[i]) || fstat(fd[i], &st) ||
		    st.st_ino != a.item[i].inode)
			die("'%s': the server sent something else than the "
			    "'%s' that it says: %m",
			    ask->path, jail_name(row[i]));
		j->fd[row[i]] = fd[i];
	}
	j->limits = a.limits;
	j->known = a.known;
}

static void take_uwsgi(int sock, const struct fdpass_asked *ask, struct jail *j)
{
	struct wire_uwsgi u = {.n = 0};
	int fd[WIRE_UWSGI_MAX], n = 0;
	size_t size = receive(sock, ask, &u, sizeof(u), fd, WIRE_UWSGI_MAX, &n);

	check(wire_read_uwsgi(&u, size, n), ask->path, u.n, n);
	for (int i = 0; i < n; i++) {
		int row = jail_take(j, fd[i]);

		if (row == -1)
			die("'%s': the server sent a descriptor that is no "
			    "namespace: %m",
			    ask->path);
		/* uWSGI sends pid and pid_for_children. */
		if (j->fd[row] != fd[i] && !jail_is_same(j->fd[row], fd[i]))
			die("'%s': the server sent two %s namespaces",
			    ask->path, ns_table[row].name);
	}
	for (int i = 0; i < NS_KINDS; i++)
		if (!(ask->wanted & ns_table[i].kind))
			jail_close(j, ns_table[i].kind);
}

/* A connected socket, or -1 and errno. */
static int connect_to(const struct fdpass_asked *ask, int type)
{
	const struct timeval deadline = {.tv_sec = FDPASS_DEADLINE + ask->wait};
	struct sockaddr_un a;
	socklen_t size = fdpass_address(&a, ask->path);
	int fd = size ? socket(AF_UNIX, type | SOCK_CLOEXEC, 0) : -1, err;

	if (fd < 0)
		return -1;
	if (!setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &deadline,
			sizeof(deadline)) &&
	    !setsockopt(fd, SOL_SOCKET, SO_SNDTIMEO, &deadline,
			sizeof(deadline)) &&
	    !connect(fd, (void *)&a, size))
		return fd;
	err = errno;
	close(fd);
	errno = err;
	return -1;
}

/* Of either type; tries again, ever more slowly, while nobody serves it. */
static int connect_patiently(const struct fdpass_asked *ask, int *uwsgi)
{
	int64_t end = sys_now() + ask->wait * 1000LL;

	for (int pause = 10;; pause = pause < 500 ? 2 * pause : 1000) {
		int64_t left = end - sys_now();
		int sock = connect_to(ask, SOCK_SEQPACKET);

		/* A stream socket stands there: that is uWSGI's. */
		*uwsgi = sock < 0 && errno == EPROTOTYPE;
		if (*uwsgi)
			sock = connect_to(ask, SOCK_STREAM);
		if (sock >= 0 || left <= 0 ||
		    (errno != ENOENT && errno != ECONNREFUSED))
			return sock;
		poll(NULL, 0, pause < left ? pause : (int)left);
	}
}

static int connected(const struct fdpass_asked *ask, int *uwsgi)
{
	int sock = connect_patiently(ask, uwsgi);
	struct peers trusted = {.uid = {ask->trust}, .uids = 1};
	struct ucred peer;
	int may;

	if (sock < 0 && errno == EAGAIN)
		die("connect '%s': %m (no answer within %d seconds)", ask->path,
		    FDPASS_DEADLINE + ask->wait);
	if (sock < 0)
		die("connect '%s': %m%s", ask->path,
		    errno == ECONNREFUSED ? " (nobody serves it)" : "");
	may = peers_may(&trusted, sock, &peer);
	if (may < 0)
		die("'%s': %m", ask->path);
	if (!may)
		die("'%s': it is served by uid %u, which is neither root nor "
		    "this user",
		    ask->path, peer.uid);
	return sock;
}

void fdpass_ask(const struct fdpass_asked *ask, struct jail *j)
{
	const sys_sigset ends = (SYS_SIG(SIGINT) | SYS_SIG(SIGTERM) |
				 SYS_SIG(SIGHUP) | SYS_SIG(SIGQUIT)) &
				~chain_caller_mask();
	int sock, uwsgi;

	/* Who waits for a server must be able to give up. */
	sys_sigmask(SIG_UNBLOCK, &ends, NULL);
	jail_clear(j);
	sock = connected(ask, &uwsgi);
	(uwsgi ? take_uwsgi : ask_ours)(sock, ask, j);
	close(sock);
	sys_sigmask(SIG_BLOCK, &ends, NULL);
}
