/* fdpass.c - what a jail holds open over a unix socket: the server's half
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "fdpass.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "sys.h"
#include "wire.h"

#define LISTEN_QUEUE 128

union control {
	struct cmsghdr align;
	char bytes[CMSG_SPACE(JAIL_FDS * sizeof(int))];
};

socklen_t fdpass_address(struct sockaddr_un *a, const char *path)
{
	size_t n = strlen(path);

	memset(a, 0, sizeof(*a));
	a->sun_family = AF_UNIX;
	if (n <= (*path == '@') || n >= sizeof(a->sun_path)) {
		errno = n > 1 ? ENAMETOOLONG : ENOENT;
		return 0;
	}
	memcpy(a->sun_path, path, n);
	if (*path != '@')
		return sizeof(*a);
	*a->sun_path = 0; /* the name is as long as the address says */
	return offsetof(struct sockaddr_un, sun_path) + n;
}

/* The socket that is there: ours, and nobody answers? */
static int is_stale(const struct sockaddr_un *a, socklen_t size)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK,
			0);
	struct stat st;
	int refused;

	refused = fd >= 0 && connect(fd, (void *)a, size) &&
		  errno == ECONNREFUSED;
	if (fd >= 0)
		close(fd);
	return refused && !lstat(a->sun_path, &st) && S_ISSOCK(st.st_mode) &&
	       st.st_uid == geteuid();
}

static int bind_at(int fd, const struct sockaddr_un *a, socklen_t size,
		   mode_t mode)
{
	mode_t mask = umask(0777 & ~mode);
	int failed = bind(fd, (void *)a, size);

	if (failed && errno == EADDRINUSE && *a->sun_path) {
		failed = !is_stale(a, size) || unlink(a->sun_path) ||
			 bind(fd, (void *)a, size);
		errno = failed ? EADDRINUSE : 0;
	}
	umask(mask);
	return failed ? -1 : 0;
}

/* Gives the file away, and no other that came into its place. 0, or -1. */
static int give(const struct fdpass_place *p)
{
	int fd = sys_open(AT_FDCWD, p->path, O_PATH | O_NOFOLLOW, 0), failed;
	struct stat st;

	if (fd < 0)
		return -1;
	errno = EEXIST;
	failed = fstat(fd, &st) || !S_ISSOCK(st.st_mode) || st.st_nlink != 1 ||
		 st.st_uid != geteuid() ||
		 fchownat(fd, "", p->uid, p->gid, AT_EMPTY_PATH);
	failed = failed ? errno : 0;
	close(fd);
	errno = failed;
	return failed ? -1 : 0;
}

static int refuse(int fd, const struct fdpass_place *p, const char *act)
{
	complain("%s '%s': %m", act, p->path);
	if (*p->path != '@')
		unlink(p->path);
	close(fd);
	return -1;
}

int fdpass_listen(const struct fdpass_place *p)
{
	int type = p->uwsgi ? SOCK_STREAM : SOCK_SEQPACKET;
	struct sockaddr_un a;
	socklen_t size = fdpass_address(&a, p->path);
	int fd = size ? socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0)
		      : -1;

	if (fd < 0 || bind_at(fd, &a, size, p->mode)) {
		complain("bind the socket '%s': %m%s", p->path,
			 errno != EADDRINUSE ? ""
			 : *a.sun_path ? " (somebody serves it, or it is not a "
					 "socket of ours)"
				       : " (somebody serves it)");
		return -1;
	}
	if ((p->uid & p->gid) != ~0U && give(p))
		return refuse(fd, p, "give away the socket");
	if (listen(fd, LISTEN_QUEUE))
		return refuse(fd, p, "listen");
	return fd;
}

int fdpass_request(int fd)
{
	struct wire_request r;
	ssize_t n;
	int wanted;

	do
		n = recv(fd, &r, sizeof(r), MSG_DONTWAIT | MSG_TRUNC);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	wanted = wire_read_request(&r, n);
	errno = EPROTO;
	return wanted;
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
	head.msg_controllen = n ? CMSG_SPACE(n * sizeof(int)) : 0;
	c = &control.align;
	c->cmsg_level = SOL_SOCKET;
	c->cmsg_type = SCM_RIGHTS;
	c->cmsg_len = CMSG_LEN(n * sizeof(int));
	memcpy(CMSG_DATA(c), fd, n * sizeof(int));
	sent = sendmsg(sock, &head, MSG_NOSIGNAL | MSG_DONTWAIT);
	return sent == (ssize_t)size ? 0 : -1;
}

int fdpass_answer(int fd, const struct jail *j, int wanted, int uwsgi)
{
	struct wire_answer a = {.magic = WIRE_MAGIC, .known = j->known};
	struct wire_uwsgi u = {.magic = WIRE_UWSGI};
	int fds[JAIL_FDS], n = 0;
	struct stat st;

	for (int i = 0; i < (uwsgi ? NS_KINDS : JAIL_FDS); i++) {
		if (j->fd[i] < 0 || !(wanted & jail_bit(i)))
			continue;
		if (fstat(j->fd[i], &st))
			return -1;
		a.item[n].inode = st.st_ino;
		memcpy(a.item[n].name, jail_name(i), sizeof(a.item[n].name));
		fds[n++] = j->fd[i];
	}
	if (j->known)
		a.limits = j->limits;
	a.n = u.n = n;
	return uwsgi ? send_with(fd, &u, sizeof(u), fds, n)
		     : send_with(fd, &a, sizeof(a), fds, n);
}
