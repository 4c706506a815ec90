/* pump.c - what a parent that stays sees: words, signals, ends, the clock
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "stay.h"
#include "sys.h"

#define STANDARD 0x7fffffffULL /* the signals 1 to 31 */
#define HELD_MS	 1 /* until a full queue of signals is tried again */

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

static void take_status(struct stay *s, int status)
{
	s->stopped |= WIFSTOPPED(status);
	if (WIFSTOPPED(status))
		return;
	s->ended = 1;
	s->killed = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
	s->status = s->killed ? STATUS_SIGNAL + s->killed : WEXITSTATUS(status);
}

/* One at a time, if each is to be told */
int stay_reap(struct stay *s)
{
	int status;
	pid_t pid;

	while (!s->adopted &&
	       (pid = waitpid(-1, &status, WNOHANG | WUNTRACED)) != 0) {
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return 1; /* ECHILD */
		if (pid == s->child) {
			take_status(s, status);
		} else if (s->tells & SYS_SIG(SIGCHLD) && !WIFSTOPPED(status)) {
			s->adopted = pid;
			s->adopted_status = status;
		}
	}
	return 0;
}

void stay_send(struct stay *s, pid_t pid, int sig)
{
	int failed = s->queued && pid > 0 ? sys_sigqueue(pid, sig, s->value)
					  : kill(pid, sig);

	/* It may not lead its group yet. */
	if (failed && errno == ESRCH && pid < 0)
		kill(-pid, sig);
	if (!failed || errno != EAGAIN)
		return;
	s->held = pid;
	s->held_signal = sig;
	s->held_value = s->value;
	sys_signalfd(s->sigfd, STANDARD);
}

/* What could not be sent on. The real-time ones behind it wait for it, in their
 * order; the others, of which one is TERM, go past it. */
static void send_held(struct stay *s)
{
	if (sys_sigqueue(s->held, s->held_signal, s->held_value) &&
	    errno == EAGAIN)
		return;
	s->held = 0;
	sys_signalfd(s->sigfd, ~0ULL);
}

static void take_signal(struct stay *s, const struct signalfd_siginfo *info)
{
	int sig = info->ssi_signo;

	/* Nobody reads a report of ours any more: not the child's concern. */
	if (sig == SIGPIPE && info->ssi_pid == (uint32_t)getpid())
		return;
	s->queued = info->ssi_code == SI_QUEUE;
	s->value = info->ssi_int;
	listen_to(s);
	/* The terminal's own reach the whole process group; a hang-up only who
	 * leads the session. Before the program runs, when one more is none
	 * more, the child may have been no member. */
	s->terminal = info->ssi_code == SI_KERNEL && sig != SIGHUP && s->ready;
	if (sig == SIGCHLD)
		stay_reap(s);
	else if (s->tells & SYS_SIG(sig))
		s->signal = sig;
	else
		stay_forward(s, sig, s->terminal);
}

/* Until one is to be told, or cannot be sent on */
void stay_take_signals(struct stay *s)
{
	struct signalfd_siginfo info;

	if (s->held)
		send_held(s);
	while (!s->signal && !s->adopted &&
	       read(s->sigfd, &info, sizeof(info)) == sizeof(info)) {
		take_signal(s, &info);
		if (info.ssi_signo == SIGCHLD)
			break; /* mostly the last one; poll would tell */
	}
}

/* What is to be told, in the order in which it came; 0: nothing */
static int due_event(struct stay *s)
{
	if (s->said && !s->ended) {
		s->said = 0;
		return STAY_HELLO;
	}
	if (s->adopted)
		return STAY_ADOPTED;
	if (s->ready && s->closed && !s->told) {
		s->told = 1;
		if (chain_goes_quiet())
			close(STDERR_FILENO);
		return STAY_READY;
	}
	if (s->stopped && !s->ended) {
		s->stopped = 0;
		if (s->tells & SYS_SIG(SIGTSTP))
			return STAY_STOPPED;
		stay_stop(s);
	}
	return s->ended ? STAY_ENDED : 0;
}

static int is_past(int64_t *when, int64_t now)
{
	int past = *when && *when <= now;

	if (past)
		*when = 0;
	return past;
}

/* Does what is due by now. True if it is to be told. */
static int keep_time(struct stay *s)
{
	int64_t now = s->term_at || s->kill_at || s->wakes_at ? sys_now() : 0;

	if (is_past(&s->term_at, now)) {
		listen_to(s);
		stay_forward(s, SIGTERM, 0);
	}
	if (is_past(&s->kill_at, now)) {
		s->fatal = s->due;
		kill(s->child, SIGKILL);
	}
	return is_past(&s->wakes_at, now);
}

/* Milliseconds until something is due, -1: for ever */
static int until_due(const struct stay *s)
{
	int64_t at = s->term_at, now;

	if (s->kill_at && (!at || s->kill_at < at))
		at = s->kill_at;
	if (s->wakes_at && (!at || s->wakes_at < at))
		at = s->wakes_at;
	if (!at)
		return -1;
	now = sys_now();
	return at <= now ? 0 : at - now > 1000000 ? 1000000 : (int)(at - now);
}

/* Polls once. STAY_FD if something of the applet's was seen, else 0. */
static int look_around(struct stay *s)
{
	int listens = s->listens != HELLO_STANDS, seen = 0;
	int hears = (s->hears || listens) && !s->closed;
	int wait = s->signal ? 0 : s->held ? HELD_MS : until_due(s);
	struct pollfd fds[2 + STAY_POLL] = {
		{.fd = s->sigfd, .events = POLLIN},
		/* End-of-file is an event that need not be asked for. */
		{.fd = hears ? s->hello : -1, .events = listens ? POLLIN : 0},
	};

	memcpy(fds + 2, s->poll, sizeof(s->poll));
	poll(fds, 2 + STAY_POLL, wait);
	stay_take_signals(s);
	if (fds[1].revents)
		listen_to(s);
	for (int i = 0; i < STAY_POLL; i++) {
		s->poll[i].revents = fds[2 + i].revents;
		seen |= fds[2 + i].revents;
	}
	return seen ? STAY_FD : 0;
}

enum stay_event stay_next(struct stay *s)
{
	int event;

	if (s->stood) /* else it came before that, and is to be told */
		s->signal = 0;
	s->stood = 1;
	if (s->adopted) {
		s->adopted = 0;
		stay_reap(s);
	}
	while (!(event = due_event(s))) {
		event = look_around(s);
		if (keep_time(s))
			return STAY_TIME;
		if (s->signal)
			return STAY_SIGNAL;
		if (event)
			return event;
	}
	return event;
}
