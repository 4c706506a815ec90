/* nsinit.c - be PID 1 of a jail
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: nsinit forks once. The child goes on with the sentence
 * and becomes the program, which has the descriptors 0, 1 and 2 only; the parent, PID 1, reaps every process that falls
 * to it, sends every signal on to the child, and ends as the child ended; the
 * kernel then kills what is left in the pid namespace.
 */
#include <signal.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "opt.h"
#include "stay.h"
#include "sys.h"

static char **run(char **argv)
{
	const struct opt options[] = {OPT_END};
	struct stay s;

	opt_parse(&argv, options, 0);
	if (chain_pid_pending())
		die("the new pid namespace begins with the next fork: "
		    "'unshare -p' needs -f");
	chain_forks(1);
	if (chain_reading(argv))
		return argv;

	if (getpid() != 1)
		die("not PID 1 (put 'nsclone -p' or 'unshare -pf' before)");
	if (!stay_fork(&s, 0, 0, SIGKILL))
		stay_wait(&s);
	/* A directory of the host, left open, would be a way out. */
	sys_cloexec_from(3);
	return argv;
}

const struct applet applet_nsinit = {
	.name = "nsinit",
	.args = "PROGRAM [ARG...]",
	.brief = "be PID 1: reap, forward signals, end as the program ends",
	.examples = "cellbox nsclone -p nsinit /usr/sbin/nginx -g "
		    "'daemon off;'",
	.run = run,
};
