/* pty.c - a terminal of its own for the jail
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: the relay is one more process that waits, outside of the
 * rest: terminal <-> relay <-> master, slave <-> jail. It stops when the child
 * stops, with the terminal as it was, and goes on with it. The leader of the new
 * session waits, too, so that its child, which goes on with the sentence, leads
 * a group that somebody in the session can continue: the kernel stops no other.
 * That group has the keys' signals, as it would have without all this. Neither side may make
 * it wait for the other: what one cannot take yet stays in a buffer, and its
 * source is not read until there is room again.
 */
#include "pty.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fmt.h"
#include "stay.h"
#include "sys.h"

#define PTMX "/dev/ptmx"

/* One direction */
struct flow {
	int from, to; /* -1: it has ended */
	size_t n;
	char buf[4096];
};

struct relay {
	int master;
	int gone; /* the reader, which the program has not been told */
	int lost; /* an errno: not all that the program wrote was shown */
	int raw;  /* the caller's terminal is, and was: */
	struct termios was;
	struct flow in, out;
};

static void copy_size(int master)
{
	struct winsize size;

	if (!ioctl(STDIN_FILENO, TIOCGWINSZ, &size) ||
	    !ioctl(STDOUT_FILENO, TIOCGWINSZ, &size))
		ioctl(master, TIOCSWINSZ, &size);
}

/* Raw, so that ^C is a byte for the other side. In the background this stops
 * the process (TTOU), as any that would use the terminal. */
static void make_raw(struct relay *r)
{
	const sys_sigset ttou = SYS_SIG(SIGTTOU);
	struct termios raw;

	copy_size(r->master);
	if (tcgetattr(STDIN_FILENO, &r->was))
		return; /* no terminal */
	raw = r->was;
	cfmakeraw(&raw);
	sys_sigmask(SIG_UNBLOCK, &ttou, NULL);
	r->raw = !tcsetattr(STDIN_FILENO, TCSADRAIN, &raw);
	sys_sigmask(SIG_BLOCK, &ttou, NULL);
}

static void restore(struct relay *r)
{
	if (r->raw)
		tcsetattr(STDIN_FILENO, TCSADRAIN, &r->was);
	r->raw = 0;
}

/* After an error: is this the end of the flow? One that is neither a terminal's
 * nor a reader's leaving is kept. */
static int lose(struct relay *r)
{
	if (errno == EAGAIN || errno == EINTR)
		return 0;
	if (errno == EPIPE)
		r->gone = 1;
	else if (errno != EIO)
		r->lost = errno;
	return 1;
}

/* At the end of what was to be typed, the key for that */
static void end_input(struct relay *r)
{
	struct termios t;

	if (tcgetattr(r->master, &t))
		lose(r);
	else if (t.c_lflag & ICANON)
		r->in.buf[r->in.n++] = t.c_cc[VEOF];
	r->in.from = -1;
}

static void fill(struct relay *r, struct flow *f)
{
	ssize_t n = read(f->from, f->buf, sizeof(f->buf) - 1);

	if (n > 0)
		f->n = n;
	if (n > 0 || (n < 0 && !lose(r)))
		return;
	if (f == &r->in)
		end_input(r);
	else
		f->from = -1;
}

static void flush(struct relay *r, struct flow *f)
{
	ssize_t n = write(f->to, f->buf, f->n);

	if (n < 0 && !lose(r))
		return;
	if (n < 0) /* nobody is there to take it */
		n = f->n;
	f->n -= n;
	memmove(f->buf, f->buf + n, f->n);
}

/* What is worth waking up for */
static void choose(struct stay *s, const struct relay *r)
{
	const struct flow *in = &r->in, *out = &r->out;
	short events = in->n ? POLLOUT : 0;

	if (out->from >= 0 && !out->n)
		events |= POLLIN;
	s->poll[0].fd = in->n ? -1 : in->from;
	s->poll[0].events = POLLIN;
	s->poll[1].fd = events ? r->master : -1;
	s->poll[1].events = events;
	s->poll[2].fd = out->n ? out->to : -1;
	s->poll[2].events = POLLOUT;
}

/* As far as it can be done without waiting */
static void pump(struct relay *r, const struct pollfd p[STAY_POLL])
{
	if (p[2].revents)
		flush(r, &r->out);
	if (p[1].revents & POLLOUT)
		flush(r, &r->in);
	if (p[1].revents & ~POLLOUT && !r->out.n)
		fill(r, &r->out);
	if (p[0].revents)
		fill(r, &r->in);
}

/* What the program wrote last; not for ever, if something goes on writing. */
static void drain(struct relay *r)
{
	struct pollfd out = {.fd = r->out.to, .events = POLLOUT};
	int more = 64;

	do {
		while (r->out.n && poll(&out, 1, -1) > 0)
			flush(r, &r->out);
		if (r->out.from >= 0)
			fill(r, &r->out);
	} while (r->out.n && more--);
}

static void take_signal(struct relay *r, struct stay *s)
{
	/* The jail is on another terminal: nothing has reached it yet. */
	if (s->signal == SIGWINCH)
		copy_size(r->master);
	else
		stay_forward(s, s->signal, 0);
}

_Noreturn static void relay(struct relay *r, struct stay *s)
{
	s->tells = ~SYS_SIG(SIGCHLD);
	s->keep_fd[0] = r->master;
	s->hears = 1;
	if (stay_stand(s))
		_exit(STATUS_FAILED);
	copy_size(r->master);
	for (;;) {
		choose(s, r);
		switch (stay_next(s)) {
		case STAY_READY: /* until then words of ours are shown */
			make_raw(r);
			break;
		case STAY_FD:
			pump(r, s->poll);
			if (r->gone)
				stay_forward(s, SIGPIPE, 0);
			r->gone = 0;
			if (r->lost) /* as if it had hung up */
				stay_forward(s, SIGHUP, 0);
			break;
		case STAY_SIGNAL:
			take_signal(r, s);
			break;
		case STAY_STOPPED:
			restore(r);
			stay_stop(s);
			if (s->ready)
				make_raw(r);
			break;
		case STAY_ENDED:
			drain(r);
			restore(r);
			errno = r->lost;
			if (errno)
				die("relay the terminal: %m");
			stay_end(s);
		default:
			break;
		}
	}
}

void pty_fork(void)
{
	struct relay r = {.in = {.from = STDIN_FILENO},
			  .out = {.to = STDOUT_FILENO}};
	int unlocked = 0, slave = -1;
	struct stay s;

	r.master = sys_open(AT_FDCWD, PTMX, O_RDWR | O_NOCTTY | O_NONBLOCK, 0);
	r.in.to = r.out.from = r.master;
	if (r.master >= 0 && !ioctl(r.master, TIOCSPTLCK, &unlocked))
		slave = ioctl(r.master, TIOCGPTPEER,
			      O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (slave < 0)
		die("open '%s': %m", PTMX);
	if (!stay_fork(&s, 0, 0, SIGKILL)) {
		close(slave);
		relay(&r, &s);
	}
	close(r.master);
	if (setsid() < 0 || ioctl(slave, TIOCSCTTY, 0))
		die("take the pseudo-terminal: %m");
	if (dup2(slave, STDIN_FILENO) < 0 || dup2(slave, STDOUT_FILENO) < 0)
		die("take the pseudo-terminal: %m");
	close(slave);
	if (!stay_fork(&s, 0, 0, SIGKILL))
		stay_wait(&s);
	chain_detaches();
	if (pty_group(0))
		die("take the pseudo-terminal: %m");
}

int pty_group(pid_t leader)
{
	return setpgid(leader, leader) || setpgid(0, leader) ||
			       tcsetpgrp(STDIN_FILENO, getpgrp())
		       ? -1
		       : 0;
}
