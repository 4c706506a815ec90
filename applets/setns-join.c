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

#include "cgroup.h"
#include "chain.h"
#include "err.h"
#include "fdpass.h"
#include "jail.h"
#include "opt.h"
#include "proc.h"
#include "stay.h"
#include "sys.h"

#define WAIT_MOST 1000000 /* seconds */

struct join {
	int target, trust, wait, keep_privileges, join_cgroup;
	const char *only, *expect;

	const char *path; /* NULL: there is no socket */
	int kinds, named; /* to be entered; and those that must be there */
	int expected;

	struct ns_choice choice;
	struct opt_fds keep;
};

/* Opens what no file was given for. */
static void open_jail(struct jail *j, const struct join *o)
{
	int wanted = o->kinds & ~ns_kept(&o->choice);
	const struct fdpass_asked ask = {
		.path = o->path,
		.trust = o->trust,
		.wait = o->wait,
		.wanted = (wanted & CLONE_NEWNS ? wanted | JAIL_BIT(JAIL_ROOT) |
							  JAIL_BIT(JAIL_CWD)
						: wanted) |
			  (o->join_cgroup ? JAIL_BIT(JAIL_PIDFD) : 0),
	};

	jail_clear(j);
	if (o->path)
		fdpass_ask(&ask, j);
	else if (o->target > 0)
		jail_must_open(j, o->target, ask.wanted);
	if (o->target > 0 && !o->keep_privileges &&
	    jail_read_limits(j, o->target))
		die("read the limits of process %d: %m", o->target);
	jail_open_files(j, &o->choice);
	jail_must_have(j, o->named);
	if (!jail_kinds(j))
		die("no namespace is served");
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

/* Returns the kinds that were entered. */
static int enter(struct jail *j, const struct join *o)
{
	char names[NS_NAMES];
	int kinds;

	/* The jail's user namespace may deny setgroups: ours go before. */
	if (!o->keep_privileges && sys_no_groups() && errno != EPERM)
		die("give up supplementary groups: %m");
	if (o->join_cgroup && o->path && j->fd[JAIL_PIDFD] < 0)
		die("--join-cgroup: no process is served (a server on Linux "
		    "5.3 sends its pidfd)");
	/* It would take away the right to change the cgroup, too. */
	if (o->join_cgroup)
		cgroup_join(j->fd[JAIL_PIDFD], o->target);
	kinds = jail_enter(j);
	if (o->expected & ~kinds)
		die("--expect '%s': not entered: %s (it is not served, or "
		    "is the caller's, too)",
		    o->expect, ns_names(names, o->expected & ~kinds));
	if (!o->keep_privileges && limit_take(&j->limits))
		die("take the jail's limits on: %m");
	return kinds;
}

#define AT(member) (void *)offsetof(struct join, member)
static const struct opt options[] = {
	OPT_NUMBER('t', "target", AT(target), "PID",
		   "the jail of this process, instead of a SOCKET"),
	OPT_CHOICE(AT(choice)),
	OPT_STR(0, "only", AT(only), "LIST", "enter these, and no others"),
	OPT_STR(0, "expect", AT(expect), "LIST",
		"fail unless these are entered"),
	OPT_NUMBER(0, "wait", AT(wait), "SECONDS",
		   "until somebody serves the SOCKET"),
	OPT_FLAG(0, "join-cgroup", AT(join_cgroup),
		 "enter the cgroup of the jail's program, too"),
	OPT_FLAG(0, "keep-privileges", AT(keep_privileges),
		 "do not take the jail's limits on"),
	OPT_NUMBER(0, "trust-uid", AT(trust), "UID",
		   "the SOCKET may be served by it (and root, oneself)"),
	OPT_FDS(0, "keep-fd", AT(keep),
		"pass this descriptor on, besides 0, 1 and 2"),
	OPT_END,
};

static void plan(struct join *o, char ***argv)
{
	int kept = ns_kept(&o->choice);

	if (!o->target)
		die("-t '0': not the number of a process");
	if (o->wait > WAIT_MOST)
		die("--wait '%d': more than %d seconds", o->wait, WAIT_MOST);
	o->named = o->choice.kinds | (o->only ? ns_parse(o->only) : 0);
	o->expected = o->expect ? ns_parse(o->expect) : 0;
	o->kinds = o->named ? o->named : NS_ALL;
	if (o->target < 0 && (!kept || o->kinds & ~kept))
		o->path = *opt_operands(argv, 1);
	if (o->wait && !o->path)
		die("--wait is for a SOCKET");
	if (o->join_cgroup && !o->path && o->target < 0)
		die("--join-cgroup needs a SOCKET or -t PID");
}

static char **run(char **argv)
{
	struct join o = {.target = -1};
	struct jail jail;
	struct stay s;
	int kinds;

	opt_parse_in(&argv, options, 0, &o);
	plan(&o, &argv);
	argv = chain_or_shell(argv);
	chain_joins(o.kinds);
	chain_forks(0);
	if (chain_reading(argv))
		return argv;

	for (int i = 0; i < o.keep.n; i++)
		if (fcntl(o.keep.fd[i], F_GETFD) < 0)
			die("--keep-fd '%d': %m", o.keep.fd[i]);
	/* Whoever sees us on the way finds a closed door. */
	if (prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL))
		die("become undumpable: %m");
	open_jail(&jail, &o);
	if (!o.keep_privileges)
		check_limits(&jail);
	kinds = enter(&jail, &o);
	close_all_but(&o.keep);
	if (chain_credentials_changed())
		die("die with the parent: %m");
	if (kinds & CLONE_NEWPID && !stay_fork(&s, 0, 0, SIGKILL))
		stay_wait(&s);
	return argv;
}

const struct applet applet_setns_join = {
	.name = "setns-join",
	.args = "[OPTIONS] SOCKET | -t PID | --KIND=FILE... [PROGRAM "
		"[ARG...]]",
	.brief = "go on inside of a jail, with no more rights than it has",
	.examples = "cellbox setns-join /run/web.sock\n"
		    "cellbox setns-join -t 4711 ps\n"
		    "cellbox setns-join --keep-privileges /run/uwsgi.sock sh",
	.run = run,
};
