/* helper.c - a process that stays outside of namespaces made by unshare(2)
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: the request is one byte on a SEQPACKET pair, with the
 * pid of who asks beside it in the helper's own numbering (SO_PASSCRED); the
 * answer is the byte again, or end-of-file. When all who could ask are gone,
 * the helper reads end-of-file and goes, too.
 */
#include "helper.h"

#include <errno.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "persist.h"
#include "sys.h"

static int receive(int fd, char *byte, pid_t *pid)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct iovec iov = {byte, 1};
	struct msghdr head = {.msg_iov = &iov,
			      .msg_iovlen = 1,
			      .msg_control = &control,
			      .msg_controllen = sizeof(control)};
	struct cmsghdr *c;
	ssize_t n;

	do
		n = recvmsg(fd, &head, MSG_CMSG_CLOEXEC);
	while (n < 0 && errno == EINTR);
	c = n == 1 ? CMSG_FIRSTHDR(&head) : NULL;
	if (!c || c->cmsg_type != SCM_CREDENTIALS)
		return -1;
	*pid = ((struct ucred *)CMSG_DATA(c))->pid;
	return 0;
}

struct task {
	const struct idmap *map;
	const struct ns_choice *keeps;
	int for_children;
};

_Noreturn static void serve(const struct task *t, int fd)
{
	char byte = 0;
	pid_t pid;

	while (!receive(fd, &byte, &pid)) {
		int failed = byte == 'M' ? idmap_write(pid, t->map)
					 : persist_bind(pid, t->keeps,
							t->for_children);

		if (failed)
			byte = 0; /* told already */
		send(fd, &byte, 1, MSG_NOSIGNAL);
	}
	_exit(0);
}

void helper_start(struct helper *h, const struct idmap *map,
		  const struct ns_choice *keeps, int for_children)
{
	const struct task task = {map, keeps, for_children};
	const int yes = 1;
	int pair[2];

	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair) ||
	    setsockopt(pair[1], SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)))
		die("make a socket pair: %m");
	h->pid = sys_clone(0, -1);
	if (h->pid < 0)
		die("fork: %m");
	if (!h->pid) {
		close(pair[0]);
		serve(&task, pair[1]);
	}
	close(pair[1]);
	h->fd = pair[0];
}

static void ask(struct helper *h, char what)
{
	char byte = 0;
	ssize_t n;

	if (send(h->fd, &what, 1, MSG_NOSIGNAL) < 0 && errno != EPIPE)
		die("ask the helper outside: %m");
	do
		n = recv(h->fd, &byte, 1, 0);
	while (n < 0 && errno == EINTR);
	if (n != 1)
		die("the helper outside is gone");
	if (byte != what)
		_exit(STATUS_FAILED);
}

void helper_map(struct helper *h)
{
	ask(h, 'M');
}

void helper_keep(struct helper *h)
{
	ask(h, 'P');
}

void helper_end(struct helper *h)
{
	close(h->fd);
	while (waitpid(h->pid, NULL, 0) < 0 && errno == EINTR)
		;
}
