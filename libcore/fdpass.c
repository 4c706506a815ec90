/* fdpass.c - the namespaces of a jail over a unix socket
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "fdpass.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "sys.h"

#define LISTEN_QUEUE 128

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(NS_KINDS * sizeof(int))];
};

int fdpass_address(struct sockaddr_un *a, const char *path)
{
	size_t n = strlen(path);

	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	errno = n ? ENAMETOOLONG : ENOENT;
	if (!n || n >= sizeof(a->sun_path))
		return -1;
	memcpy(a->sun_path, path, n);
	return 0;
}

int fdpass_is_own(uid_t uid)
{
	const uid_t overflow = 65534; /* DEFAULT_OVERFLOWUID of the kernel */

	return !uid || (uid == geteuid() && uid != overflow);
}

/* The socket that is there: ours, and nobody answers? */
static int is_stale(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);
	struct stat st;
	int refused;

	refused = fd >= 0 && connect(fd, (void *)a, sizeof(*a)) &&
		  errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return refused && !lstat(a->sun_path, &st) && S_ISSOCK(st.st_mode) &&
	       st.st_uid == geteuid();
}

static int bind_at(int fd, const struct sockaddr_un *a)
{
	mode_t mask = umask(0177);
	int failed = bind(fd, (void *)a, sizeof(*a));

	if (failed && errno == EADDRINUSE) {
		failed = !is_stale(a) || unlink(a->sun_path) ||
			 bind(fd, (void *)a, sizeof(*a));
		errno = failed ? EADDRINUSE : 0;
	}
	umask(mask);
	return failed ? -1 : 0;
}

int fdpass_listen(const char *path, int uwsgi)
{
	int type = uwsgi ? SOCK_STREAM : SOCK_SEQPACKET;
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	struct sockaddr_un a;

	if (fd >= 0 && !fdpass_address(&a, path) && !bind_at(fd, &a)) {
		if (!listen(fd, LISTEN_QUEUE))
			return fd;
		complain("listen '%s': %m", path);
		unlink(path);
		return -1;
	}
	complain(
		"bind the socket '%s': %m%s", path,
		errno == EADDRINUSE
			? " (somebody serves it, or it is not a socket of ours)"
			: "");
	return -1;
}

int fdpass_request(int fd)
{
	struct fdpass_request r;
	ssize_t n;

	do
		n = recv(fd, &r, sizeof(r), MSG_DONTWAIT | MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	errno = EPROTO;
	if (n != sizeof(r) || memcmp(r.magic, FDPASS_MAGIC, sizeof(r.magic)) ||
	    (int)r.kinds < 0)
		return -1;
	return r.kinds;
}

/* One message with n descriptors; a peer that does not read is not waited
 * for. */
static int send_with(int sock, void *data, size_t size, const int *fd, int n)
{
	union control control;
	struct iovec iov = {data, size};
	struct msghdr head = {.msg_iov = &iov, .msg_iovlen = 1};
	struct cmsghdr *c;
	ssize_t sent;

	memset(&control, 0, sizeof(control));
	head.msg_control = &control;
	head.msg_controllen = CMSG_SPACE(n * sizeof(int));
	c = CMSG_FIRSTHDR(&head);
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fd, n * sizeof(int));
	sent = sendmsg(sock, &head, MSG_NOSIGNAL | MSG_DONTWAIT);
	return sent == (ssize_t)size ? 0 : -1;
}

int fdpass_answer(int fd, const struct jail *j, int kinds)
{
	struct fdpass_answer a = {.magic = FDPASS_MAGIC, .limits = j->limits};
	int fds[NS_KINDS];

	for (int i = 0; i < NS_KINDS; i++)
		if (j->fd[i] >= 0 && kinds & ns_table[i].kind) {
			a.kind[a.n] = ns_table[i].kind;
			fds[a.n++] = j->fd[i];
		}
	return send_with(fd, &a, sizeof(a), fds, a.n);
}

int fdpass_answer_uwsgi(int fd, const struct jail *j)
{
	struct fdpass_uwsgi u = {.magic = FDPASS_UWSGI};
	int fds[NS_KINDS];

	for (int i = 0; i < NS_KINDS; i++)
		if (j->fd[i] >= 0 && ns_table[i].kind != CLONE_NEWUSER)
			fds[u.n++] = j->fd[i];
	return send_with(fd, &u, sizeof(u), fds, u.n);
}
