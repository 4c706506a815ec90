/* setns-join.c - go on inside of a jail, with no more rights than it has
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: this process enters all of the jail's namespaces, takes
 * its limits on and closes all that it holds. If a pid namespace is among them
 * it then forks: the child, inside of it, goes on; the parent waits and
 * forwards signals. A jail's root with CAP_SYS_PTRACE can seize the child: it
 * must have nothing to lose at any moment.
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fdpass.h"
#include "jail.h"
#include "opt.h"
#include "proc.h"
#include "stay.h"
#include "sys.h"

static void open_target(struct jail *j, pid_t pid, int keep_privileges)
{
	if (jail_open(j, pid, NS_ALL))
		die("open the namespaces of process %d: %m", pid);
	if (!keep_privileges && jail_read_limits(j, pid))
		die("read the limits of process %d: %m", pid);
}

/* What cannot be taken on is not passed over. */
static void check_limits(const struct jail *j)
{
	if (!j->known)
		die("the limits of this jail are not known, so they cannot be "
		    "taken on (add --keep-privileges to enter without them)");
	if (j->limits.seccomp)
		die("the jail has a seccomp filter, which cannot be taken on "
		    "(add --keep-privileges to enter without it)");
}

/* Nothing from outside stays open but the ends of the pairs and what is to be
 * kept. */
static void close_all_but(const struct opt_fds *keep)
{
	const struct hello *h = chain_hello();
	int fds[HELLO_MAX + OPT_FDS_MAX], n = 0;

	for (int i = 0; i < h->n; i++)
		fds[n++] = h->end[i];
	for (int i = 0; i < keep->n; i++)
		fds[n++] = keep->fd[i];
	proc_close_others(fds, n);
}

static char **run(char **argv)
{
	const char *path = NULL;
	int target = -1, trust = 0, keep_privileges = 0, kinds;
	struct opt_fds keep = {.n = 0};
	struct jail jail;
	struct stay s;
	const struct opt options[] = {
		OPT_NUMBER('t', "target", &target, "PID",
			   "the jail of this process, instead of a SOCKET"),
		OPT_FLAG(0, "keep-privileges", &keep_privileges,
			 "do not take the jail's limits on"),
		OPT_NUMBER(
			0, "trust-uid", &trust, "UID",
			"the SOCKET may be served by it (and root, oneself)"),
		OPT_FDS(0, "keep-fd", &keep,
			"pass this descriptor on, besides 0, 1 and 2"),
		OPT_END,
	};

	opt_parse(&argv, options, 0);
	if (!target)
		die("-t '0': not the number of a process");
	if (target < 0)
		path = *opt_operands(&argv, 1);
	argv = chain_or_shell(argv);
	chain_joins(NS_ALL);
	chain_forks(0);
	if (chain_reading(argv))
		return argv;

	for (int i = 0; i < keep.n; i++)
		if (fcntl(keep.fd[i], F_GETFD) < 0)
			die("--keep-fd '%d': %m", keep.fd[i]);
	/* Whoever sees us on the way finds a closed door. */
	if (prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL))
		die("become undumpable: %m");
	if (target > 0)
		open_target(&jail, target, keep_privileges);
	else
		fdpass_ask(path, trust, &jail);
	if (!keep_privileges)
		check_limits(&jail);
	/* The jail's user namespace may deny setgroups: ours go before. */
	if (!keep_privileges && sys_no_groups() && errno != EPERM)
		die("give up supplementary groups: %m");
	kinds = jail_enter(&jail);
	if (!keep_privileges && limit_take(&jail.limits))
		die("take the jail's limits on: %m");
	close_all_but(&keep);
	if (chain_credentials_changed())
		die("die with the parent: %m");
	if (kinds & CLONE_NEWPID && !stay_fork(&s, 0, 0, SIGKILL))
		stay_wait(&s);
	return argv;
}

const struct applet applet_setns_join = {
	.name = "setns-join",
	.args = "[OPTIONS] SOCKET | -t PID [PROGRAM [ARG...]]",
	.brief = "go on inside of a jail, with no more rights than it has",
	.examples = "cellbox setns-join /run/web.sock\n"
		    "cellbox setns-join -t 4711 ps\n"
		    "cellbox setns-join --keep-privileges /run/uwsgi.sock sh",
	.run = run,
};
