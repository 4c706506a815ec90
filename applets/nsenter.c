/* nsenter.c - go on in the namespaces of others: nsenter(1)
 *
 * SPDX-License-Identifier: 0BSD
 *
 * The drop-in: it keeps privileges and descriptors, as util-linux's does. What
 * enters a jail with no more rights than the jail has is setns-join.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "jail.h"
#include "opt.h"
#include "stay.h"
#include "sys.h"

static int open_file(const struct ns *ns, const char *file)
{
	int fd = sys_open(AT_FDCWD, file, O_RDONLY, 0);

	if (fd < 0)
		die("open '%s': %m", file);
	if (sys_ns_kind(fd) != ns->kind)
		die("'%s' is not a %s namespace", file, ns->name);
	return fd;
}

static void open_all(struct jail *j, const struct ns_choice *c, int target,
		     int all)
{
	jail_clear(j);
	if (target > 0 && jail_open(j, target, c->kinds))
		die("open the namespaces of process %d: %m", target);
	for (int i = 0; i < NS_KINDS; i++) {
		const struct ns *ns = ns_table + i;

		if (c->file[i]) {
			jail_close(j, ns->kind);
			j->fd[i] = open_file(ns, c->file[i]);
		}
		if (c->kinds & ns->kind && j->fd[i] < 0 && !all)
			die("this kernel has no %s namespaces (they came with "
			    "Linux %s)",
			    ns->name, ns->since);
	}
}

/* In a new user namespace our ids may mean nothing: root's are there. */
static void become_root(void)
{
	/* EPERM: setgroups is denied there */
	if ((sys_no_groups() && errno != EPERM) || sys_setgid(0) ||
	    sys_setuid(0))
		die("become root of the user namespace: %m");
}

static void check(const struct ns_choice *c, int target)
{
	if (!target)
		die("-t '0': not the number of a process");
	if (!c->kinds)
		die("no namespace is named (see: nsenter --help)");
	for (int i = 0; i < NS_KINDS && target < 0; i++)
		if (c->kinds & ns_table[i].kind && !c->file[i])
			die("--%s needs =FILE or -t PID", ns_table[i].name);
}

static char **run(char **argv)
{
	struct ns_choice choice = {.kinds = 0};
	int target = -1, all = 0, preserve = 0, no_fork = 0, kinds;
	struct jail jail;
	struct stay s;
	const struct opt options[] = {
		OPT_NUMBER('t', "target", &target, "PID",
			   "the process whose namespaces are entered"),
		OPT_FLAG('a', "all", &all,
			 "all of them; what is missing or own is left out"),
		OPT_CHOICE(&choice),
		OPT_FLAG(0, "preserve-credentials", &preserve,
			 "keep uid, gid and groups with -U"),
		OPT_FLAG('F', "no-fork", &no_fork, "do not fork with -p"),
		OPT_END,
	};

	opt_parse(&argv, options, 0);
	argv = chain_or_shell(argv);
	if (all)
		choice.kinds = NS_ALL;
	check(&choice, target);
	chain_joins(choice.kinds);
	if (choice.kinds & CLONE_NEWPID && !no_fork)
		chain_forks(choice.kinds & CLONE_NEWNS ? 0 : 1);
	if (chain_reading(argv))
		return argv;

	open_all(&jail, &choice, target, all);
	kinds = jail_enter(&jail);
	if (kinds & CLONE_NEWUSER && !preserve)
		become_root();
	if (chain_credentials_changed())
		die("die with the parent: %m");
	if (kinds & CLONE_NEWPID && !no_fork && !stay_fork(&s, 0, 0, 0))
		stay_wait(&s);
	return argv;
}

const struct applet applet_nsenter = {
	.name = "nsenter",
	.args = "[OPTIONS] [PROGRAM [ARG...]]",
	.brief = "go on in the namespaces of others, with all privileges kept",
	.examples = "nsenter -t 4711 -a\n"
		    "nsenter -t 4711 -n ip addr\n"
		    "nsenter --net=/run/netns/blue ip addr",
	.run = run,
};
