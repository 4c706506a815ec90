/* respawn.c - start the rest of the sentence again when it ended
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: every generation has its own pairs. Those of parents that
 * wait further outside are the first generation's: when it runs, they have heard
 * all that there is to hear.
 */
#include "respawn.h"

#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "err.h"
#include "stay.h"
#include "sys.h"

#define ENDS	   (SYS_SIG(SIGTERM) | SYS_SIG(SIGINT) | SYS_SIG(SIGQUIT))
#define FIRST_MS   100	 /* back-off: doubled each time, */
#define LONGEST_MS 10000 /* up to this; a longer life resets it */

struct state {
	int ends;  /* a signal that ends it all, or 0 */
	int again; /* HUP: at once */
	int ms;
	int64_t born;
};

static void take_signal(struct state *t, struct stay *s)
{
	int sig = s->signal;

	/* A terminal that hangs up, ignored by nohup(1), is no wish. */
	if (sys_ignores(sig))
		return;
	if (sig == SIGHUP)
		t->again = 1;
	else
		t->ends = sig;
	stay_forward(s, t->ends ? sig : SIGTERM, t->ends && s->terminal);
}

static void live(struct state *t, struct stay *s)
{
	for (;;)
		switch (stay_next(s)) {
		case STAY_SIGNAL:
			take_signal(t, s);
			break;
		case STAY_ENDED:
			return;
		default:
			break;
		}
}

/* Waits for the next generation's time. A signal may end it all, or the wait. */
static void back_off(struct state *t)
{
	int64_t until, now = sys_now();

	if (now - t->born > LONGEST_MS)
		t->ms = FIRST_MS;
	until = now + t->ms;
	t->ms = t->ms * 2 > LONGEST_MS ? LONGEST_MS : t->ms * 2;
	while (!t->again && !t->ends && (now = sys_now()) < until) {
		int sig = sys_sigwait(ENDS | SYS_SIG(SIGHUP), until - now);

		if (sig <= 0 || sys_ignores(sig))
			continue;
		if (sig == SIGHUP)
			t->again = 1;
		else
			t->ends = sig;
	}
}

static int is_over(const struct respawn *p, const struct state *t,
		   const struct stay *s, int times)
{
	if (!s->ready || t->ends || (p->most >= 0 && times >= p->most))
		return 1;
	return !t->again &&
	       ((p->on_failure && !s->status) || s->status == p->unless);
}

void respawn(const struct respawn *policy)
{
	struct state t = {.ms = FIRST_MS};
	struct stay s;

	for (int times = 0;; times++) {
		t.again = 0;
		t.born = sys_now();
		if (stay_fork(&s, 0, 0, SIGKILL))
			return;
		s.keeps_all = 1;
		s.tells = ENDS | SYS_SIG(SIGHUP);
		if (stay_stand(&s))
			_exit(STATUS_FAILED);
		live(&t, &s);
		if (is_over(policy, &t, &s, times))
			stay_end(&s);
		stay_close(&s);
		back_off(&t);
		if (t.ends)
			stay_end(&s);
	}
}
