/* stay.c - fork in two; the parent stays, forwards signals and reaps
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: all signals were blocked before the first step acted
 * (chain), so none is lost over a fork: the parent reads them from a signalfd.
 * Its words to the child, and the child's to it, are struct hello_message.
 */
#include "stay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cap.h"
#include "chain.h"
#include "err.h"
#include "ns.h"
#include "proc.h"
#include "sys.h"
#include "why.h"

#define KILL_AFTER_MS 1000

int stay_fork(struct stay *s, int kinds, int init, int keep)
{
	char why[WHY_SIZE], names[NS_NAMES];
	int pair[2];

	*s = (struct stay){.listens = HELLO_STANDS,
			   .init = init,
			   .fd = -1,
			   .keep_fd = -1,
			   .sigfd = -1};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		die("make a socket pair: %m");
	s->child = sys_clone(kinds);
	if (s->child < 0 && kinds)
		die("clone '%s': %m%s", ns_names(names, kinds),
		    why_namespaces(why, kinds));
	if (s->child < 0)
		die("fork: %m%s", why_fork(why));
	if (s->child) {
		close(pair[1]);
		s->hello = pair[0];
		return 0;
	}
	close(pair[0]);
	if (hello_add(chain_hello(), pair[1]))
		die("too many steps that wait in one sentence");
	if (chain_die_with_parent(keep))
		die("die with the parent: %m");
	return 1;
}

void stay_await(void)
{
	if (hello_await(chain_hello()))
		die("wait for the parent: %m");
}

static int say(struct stay *s, enum hello_word word)
{
	const struct hello_message m = {.word = word};

	/* EPIPE: the child is gone, which its status will tell. */
	return send(s->hello, &m, sizeof(m), MSG_NOSIGNAL) < 0 && errno != EPIPE
		       ? -1
		       : 0;
}

static int stand(struct stay *s)
{
	const int yes = 1;

	s->sigfd = sys_signalfd(~0ULL);
	if (s->sigfd < 0)
		return -1;
	if (s->listens != HELLO_STANDS &&
	    setsockopt(s->hello, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)))
		return -1;
	chain_stays();
	if (proc_guard((int[]){s->hello, s->sigfd, s->fd, s->keep_fd}, 4,
		       s->caps | CAPS_KILL))
		return -1;
	return say(s, s->listens);
}

int stay_stand(struct stay *s)
{
	if (!stand(s))
		return 0;
	complain("wait for the jail: %m");
	stay_refuse(s);
	return -1;
}

int stay_answer(struct stay *s)
{
	if (!say(s, HELLO_ANSWER))
		return 0;
	complain("answer the jail: %m");
	stay_refuse(s);
	return -1;
}

/* One message off the pair, from pid. */
static void hear(struct stay *s, const struct hello_message *m, pid_t pid)
{
	switch (m->word) {
	case HELLO_HELLO:
		s->said = 1;
		s->program = pid;
		s->limits = m->limits;
		break;
	case HELLO_GO:
		s->ready = 1;
		break;
	case HELLO_FAILED: /* after GO: it could not be executed */
		s->ready = 0;
		s->failed = m->err;
		memcpy(s->step, m->step, sizeof(s->step));
		s->step[sizeof(s->step) - 1] = 0;
		break;
	default:
		break;
	}
}

/* The pid that the kernel put beside the message (SO_PASSCRED), or 0 */
static pid_t sender(struct msghdr *head)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(head);

	if (!c || c->cmsg_level != SOL_SOCKET ||
	    c->cmsg_type != SCM_CREDENTIALS)
		return 0;
	return ((struct ucred *)CMSG_DATA(c))->pid;
}

/* Takes all that was said so far. */
static void listen_to(struct stay *s)
{
	union {
		struct cmsghdr align;
		char bytes[CMSG_SPACE(sizeof(struct ucred))];
	} control;
	struct hello_message m;
	struct iovec iov = {&m, sizeof(m)};

	while (!s->closed) {
		struct msghdr head = {.msg_iov = &iov,
				      .msg_iovlen = 1,
				      .msg_control = &control,
				      .msg_controllen = sizeof(control)};
		ssize_t n = recvmsg(s->hello, &head,
				    MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

		if (n < 0 && errno != EINTR)
			return; /* EAGAIN: that was all */
		if (n == sizeof(m))
			hear(s, &m, sender(&head));
		s->closed = !n;
	}
}

/* Reaps what can be reaped. */
static void reap(struct stay *s)
{
	int status;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) != 0) {
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return; /* ECHILD */
		if (pid != s->child)
			continue;
		s->ended = 1;
		s->killed = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		s->status = s->killed ? STATUS_SIGNAL + s->killed
				      : WEXITSTATUS(status);
	}
}

static void take_signals(struct stay *s)
{
	struct signalfd_siginfo info;

	while (read(s->sigfd, &info, sizeof(info)) == sizeof(info)) {
		listen_to(s);
		if (info.ssi_signo == SIGCHLD)
			reap(s);
		else /* the terminal's own reach the whole process group */
			stay_forward(s, info.ssi_signo,
				     info.ssi_code == SI_KERNEL);
	}
}

/* What is to be told, in the order in which it came; 0: nothing */
static int due_event(struct stay *s)
{
	if (s->said && !s->ended) {
		s->said = 0;
		return STAY_HELLO;
	}
	if (s->ready && s->closed && !s->told) {
		s->told = 1;
		return STAY_READY;
	}
	return s->ended ? STAY_ENDED : 0;
}

enum stay_event stay_next(struct stay *s)
{
	int hears = s->listens != HELLO_STANDS, event;

	while (!(event = due_event(s))) {
		struct pollfd fds[] = {
			{.fd = s->sigfd, .events = POLLIN},
			{.fd = hears && !s->closed ? s->hello : -1,
			 .events = POLLIN},
			{.fd = s->fd, .events = POLLIN},
		};

		if (!poll(fds, 3, s->due ? KILL_AFTER_MS : -1)) {
			s->fatal = s->due;
			s->due = 0;
			kill(s->child, SIGKILL);
		}
		take_signals(s);
		if (fds[1].revents)
			listen_to(s);
		if (fds[2].revents)
			return STAY_FD;
	}
	return event;
}

void stay_end(struct stay *s)
{
	if (s->killed == SIGKILL && s->fatal)
		_exit(STATUS_SIGNAL + s->fatal);
	if (s->killed && !s->ready)
		die("process %d was killed by signal %d before the program ran",
		    s->child, s->killed);
	_exit(s->status);
}

void stay_wait(struct stay *s)
{
	if (stay_stand(s))
		_exit(STATUS_FAILED);
	while (stay_next(s) != STAY_ENDED)
		;
	stay_end(s);
}

/* Closed, our end of the pair stops the child where it waits for us, as it must
 * before the program: KILL, which would leave those that it waits for itself,
 * comes only after a second. What is left falls to us. */
void stay_refuse(struct stay *s)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
	close(s->hello);
	for (int ms = 0; ms < KILL_AFTER_MS;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return;
		if (pid <= 0)
			ms += !poll(NULL, 0, 1);
	}
	kill(s->child, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}
