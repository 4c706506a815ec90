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
#include <stdlib.h>

#include "chain.h"
#include "fmt.h"
#include "proc.h"
#include "stay.h"
#include "sys.h"

/* Would this signal end a process that has no handler for it? */
static int is_fatal(int sig)
{
	const sys_sigset harmless = SYS_SIG(SIGCHLD) | SYS_SIG(SIGCONT) |
				    SYS_SIG(SIGURG) | SYS_SIG(SIGWINCH) |
				    SYS_SIG(SIGSTOP) | SYS_SIG(SIGTSTP) |
				    SYS_SIG(SIGTTIN) | SYS_SIG(SIGTTOU);
	struct sigaction action;

	if ((harmless | chain_caller_mask()) & SYS_SIG(sig))
		return 0;
	/* Signals that are blocked and ignored are queued all the same. */
	if (!sigaction(sig, NULL, &action) && action.sa_handler == SIG_IGN)
		return 0;
	return 1;
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
		const char *value =
			proc_field(path, names[i], buf, sizeof(buf));

		if (!value)
			return -1;
		set |= strtoull(value, NULL, 16);
	}
	return !!(set & SYS_SIG(sig));
}

void stay_forward(struct stay *s, int sig, int terminal)
{
	int can = 1;

	/* Before it runs its program, it handles nothing. */
	if (s->init && is_fatal(sig))
		can = s->ready && s->closed ? handles(s->child, sig) : 0;
	if (!can) {
		s->fatal = sig;
		kill(s->child, SIGKILL);
		return;
	}
	if (can < 0)
		s->due = sig;
	if (!terminal)
		kill(s->child, sig);
}
