/* forward.c - send a signal on to the child
 *
 * SPDX-License-Identifier: 0BSD
 *
 * What the child cannot take yet stays pending in it until nsinit, or the
 * program, unblocks it. A PID 1 without a handler would never see it: there
 * KILL takes its place, and the parent ends as if the signal had done it.
 */
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "chain.h"
#include "fmt.h"
#include "num.h"
#include "proc.h"
#include "stay.h"
#include "sys.h"

#define UNREADABLE_MS 1000 /* until KILL, where it cannot be told */

/* Would this signal end a process that has no handler for it? */
static int is_fatal(int sig)
{
	const sys_sigset harmless = SYS_SIG(SIGCHLD) | SYS_SIG(SIGCONT) |
				    SYS_SIG(SIGURG) | SYS_SIG(SIGWINCH) |
				    SYS_SIG(SIGSTOP) | SYS_SIG(SIGTSTP) |
				    SYS_SIG(SIGTTIN) | SYS_SIG(SIGTTOU);

	if ((harmless | chain_caller_mask()) & SYS_SIG(sig))
		return 0;
	/* Signals that are blocked and ignored are queued all the same. */
	return !sys_ignores(sig);
}

/* Does the child, a PID 1, handle the signal? -1: it cannot be told. */
static int handles(pid_t child, int sig)
{
	static const char *const names[] = {"\nSigBlk:\t", "\nSigCgt:\t"};
	char path[48], buf[4096];
	pid_t pid = proc_number(child);
	sys_sigset set = 0;

	if (pid < 0)
		return -1;
	fmt_str(path, sizeof(path), "/proc/%d/status", pid);
	for (int i = 0; i < 2; i++) {
		uint64_t more = 0;
		const char *value =
			proc_field(path, names[i], buf, sizeof(buf));

		if (!value)
			return -1;
		num_take(&value, 16, &more);
		set |= more;
	}
	return !!(set & SYS_SIG(sig));
}

static int is_stop(int sig)
{
	return sig == SIGTSTP || sig == SIGTTIN || sig == SIGTTOU;
}

/* By its own standard action, which spares a group that nobody could continue */
static void stop_by(int sig)
{
	const sys_sigset set = SYS_SIG(sig);

	kill(getpid(), sig);
	sys_sigmask(SIG_UNBLOCK, &set, NULL);
	sys_sigmask(SIG_BLOCK, &set, NULL);
}

/* A child that is PID 1 stops for STOP alone, and does not tell when its own
 * children stop. Of others we hear (stay_stop). */
static void forward_stop(struct stay *s, int sig, int terminal)
{
	int deaf = s->init && handles(s->child, sig) != 1;

	if (deaf || !terminal)
		kill(s->child, deaf ? SIGSTOP : sig);
	if (s->init && getpid() != 1)
		stop_by(sig);
}

void stay_forward(struct stay *s, int sig, int terminal)
{
	int can = 1;

	if (is_stop(sig)) {
		forward_stop(s, sig, terminal);
		return;
	}
	/* Before it runs its program, it handles nothing. */
	if (s->init && is_fatal(sig))
		can = s->ready && s->closed ? handles(s->child, sig) : 0;
	if (!can) {
		s->fatal = sig;
		kill(s->child, SIGKILL);
		return;
	}
	if (can < 0) {
		s->due = sig;
		s->kill_at = sys_now() + UNREADABLE_MS;
	}
	if (sig == SIGTERM && s->grace >= 0 && !s->kill_at) {
		s->due = 0;
		s->kill_at = sys_now() + s->grace * 1000LL;
	}
	if (!terminal)
		stay_send(s, s->child, sig);
}

/* The terminal is for who had it, when we go on: the child's group. */
void stay_stop(struct stay *s)
{
	pid_t group = getpgid(s->child), owner = tcgetpgrp(STDIN_FILENO);

	if (getpid() == 1) { /* cannot stop, but who waits outside can */
		if (group != getpgrp())
			kill(0, SIGTSTP);
		return;
	}
	kill(getpid(), SIGSTOP);
	if (group == getpgrp())
		group = -s->child;
	else if (group == owner)
		tcsetpgrp(STDIN_FILENO, group);
	kill(-group, SIGCONT);
}
