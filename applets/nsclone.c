/* nsclone.c - go on as a child cloned into new namespaces
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: the child goes on with the sentence. The parent stays
 * outside of every new namespace: it writes the child's uid and gid maps and
 * runs the steps outside, for which the child waits, then forwards signals and
 * ends as the child ended (libcore/stay.h). The jail lives no longer than the
 * parent. --detach, --pty and --respawn are each one more process that waits,
 * further outside, in this order (libcore/detach.c, pty.c, respawn.c).
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cap.h"
#include "cgroup.h"
#include "chain.h"
#include "detach.h"
#include "err.h"
#include "idmap.h"
#include "ns.h"
#include "opt.h"
#include "outside.h"
#include "pty.h"
#include "report.h"
#include "respawn.h"
#include "signame.h"
#include "stay.h"
#include "sys.h"

/* The options' words, and what they mean */
struct ask {
	int kinds;
	struct ns_setup setup;
	const char *cgroup, *output, *kill_child;
	const char *respawn_word;
	struct respawn respawn;
	struct report report;
	int detach, pty, dies_with_caller, timeout, grace;

	int kill_signal, init;
	int leads; /* the terminal's group, whose number is known inside */
	int maps_are_written;
	/* Last, for the code is shorter where the offset of a member is. */
	const char *outside[OPT_MANY_MAX + 1];
	struct idmap_words maps;
};

static void check_respawn(struct ask *a)
{
	const char *word = a->respawn_word;

	if (word && !strcmp(word, "on-failure"))
		a->respawn.on_failure = 1;
	else if (word && *word && strcmp(word, "always"))
		die("--respawn='%s': not always or on-failure", word);
	if (!word && (a->respawn.most >= 0 || a->respawn.unless >= 0))
		die("--max-restarts and --respawn-unless want --respawn");
	if ((word || a->detach) && chain_forked())
		die("--respawn and --detach stand on the first step that "
		    "waits");
}

/* One fork for each that waits further outside */
static void check_waits(const struct ask *a)
{
	int n = !!a->detach + 2 * !!a->pty + !!a->respawn_word;

	if (n && chain_pid_pending())
		die("the new pid namespace begins with the next fork: "
		    "'unshare -p' needs -f");
	while (n--)
		chain_forks(1);
}

static void check(struct ask *a)
{
	a->maps_are_written = idmap_check(&a->maps) || a->maps.setgroups;
	if (idmap_check(&a->maps))
		a->kinds |= CLONE_NEWUSER;
	check_respawn(a);
	check_waits(a);
	if (a->maps.setgroups && !(a->kinds & CLONE_NEWUSER))
		die("--setgroups needs a new user namespace: add -U");
	chain_makes(a->kinds);
	ns_check(&a->setup);
	if (*a->outside)
		outside_check("--outside");
	if (a->pty && a->detach)
		die("not both --pty and --detach");
	if (a->output && !a->detach)
		die("--output wants --detach");
	a->kill_signal = a->kill_child && *a->kill_child
				 ? signame_parse(a->kill_child)
				 : SIGKILL;
	if (!a->kill_signal)
		die("--kill-child '%s': not a signal", a->kill_child);
	report_check(&a->report);
	a->leads = a->pty && a->kinds & CLONE_NEWPID && !a->respawn_word;
	a->init = chain_forks(!(a->kinds & CLONE_NEWNS));
}

/* What could fail is over, or the child goes nowhere. */
_Noreturn static void refuse(struct stay *s)
{
	stay_refuse(s);
	_exit(STATUS_FAILED);
}

/* All that the child waits for */
static void prepare(const struct ask *a, struct stay *s,
		    const struct idmap *map, int cgroup)
{
	if (a->leads && pty_group(s->child)) {
		complain("take the pseudo-terminal: %m");
		refuse(s);
	}
	if (s->to_be_moved && cgroup_move(cgroup, s->child)) {
		complain("--cgroup '%s': %m%s", a->cgroup,
			 errno == ENOENT ? " (no cgroup)" : "");
		refuse(s);
	}
	if (idmap_write(s->child, map) < 0)
		refuse(s);
	for (int i = 0; a->outside[i]; i++)
		if (outside_step(a->outside[i], s->child))
			refuse(s);
	s->grace = a->grace;
	if (a->timeout >= 0)
		s->term_at = sys_now() + a->timeout * 1000LL;
	if (a->pty) /* errors are the caller's until it is heard */
		s->listens = HELLO_LISTENS;
	report_prepare(&a->report, s);
}

static void take_event(struct ask *a, struct stay *s, enum stay_event event)
{
	switch (event) {
	case STAY_HELLO:
		if (report_hello(&a->report, s) || stay_answer(s))
			refuse(s);
		break;
	case STAY_READY:
		report_ready(&a->report);
		break;
	default:
		break;
	}
}

/* The parent's life */
_Noreturn static void supervise(struct ask *a, struct stay *s)
{
	enum stay_event event;

	if (stay_stand(s))
		_exit(STATUS_FAILED);
	while ((event = stay_next(s)) != STAY_ENDED)
		take_event(a, s, event);
	report_end(&a->report, s);
	stay_end(s);
}

/* The processes that wait further outside, each of which forks */
static void wait_outside(struct ask *a)
{
	if (a->dies_with_caller && chain_die_with_caller(SIGKILL))
		die("--die-with-parent: %m");
	if (a->detach)
		a->report.detach_fd = detach(a->output);
	if (a->report.word || a->detach || a->report.pid_file)
		a->report.supervisor = getpid();
	if (a->pty)
		pty_fork();
	if (a->respawn_word)
		respawn(&a->respawn);
}

/* In the new namespaces */
static void settle(const struct ask *a, const struct stay *s)
{
	report_close(&a->report);
	/* Its parent makes that the foreground, when it is a member, too. */
	if (a->leads && setpgid(0, 0))
		die("take the pseudo-terminal: %m");
	if (a->maps_are_written || s->to_be_moved || *a->outside)
		stay_await();
	if (s->to_be_moved && a->kinds & CLONE_NEWCGROUP)
		ns_unshare(CLONE_NEWCGROUP);
	if (a->kinds & CLONE_NEWNS)
		ns_propagation(MS_PRIVATE);
	ns_set_up(&a->setup);
}

#define AT(member) ((void *)offsetof(struct ask, member))

static const struct opt options[] = {
	/* before the kinds: this --cgroup is not -C */
	OPT_STR(0, "cgroup", AT(cgroup), "DIR", "begin there"),
	OPT_NAMESPACES(AT(kinds)),
	IDMAP_OPTIONS(AT, maps),
	NS_SETUP_OPTIONS(AT, setup),
	OPT_MANY(0, "outside", AT(outside), "WORDS",
		 "run outside before it goes on"),
	OPT_FLAG(0, "pty", AT(pty), "a new pseudo-terminal"),
	OPT_FLAG(0, "detach", AT(detach), "return when it runs"),
	OPT_STR(0, "output", AT(output), "FILE", "its output then (/dev/null)"),
	OPT_STR(0, "report", AT(report.word), "FD",
		"a report to it (-: stdout)"),
	OPT_STR(0, "pid-file", AT(report.pid_file), "FILE", "its number"),
	OPT_FLAG(0, "die-with-parent", AT(dies_with_caller),
		 "end with the caller"),
	OPT_MAYBE(0, "kill-child", AT(kill_child), "[=SIGNAL]",
		  "when the parent is gone (KILL)"),
	OPT_NUMBER(0, "timeout", AT(timeout), "SECONDS", "then send TERM"),
	OPT_NUMBER(0, "grace", AT(grace), "SECONDS", "TERM to KILL"),
	OPT_MAYBE(0, "respawn", AT(respawn_word), "[=WHEN]",
		  "again after it: always, on-failure"),
	OPT_NUMBER(0, "respawn-unless", AT(respawn.unless), "STATUS",
		   "not after this status"),
	OPT_NUMBER(0, "max-restarts", AT(respawn.most), "N", "at most"),
	OPT_END,
};

static char **run(char **argv)
{
	struct ask a = {.respawn = {.unless = -1, .most = -1},
			.timeout = -1,
			.grace = -1,
			.report = {.detach_fd = -1}};
	struct idmap map;
	struct stay s;
	int cgroup = -1;

	opt_parse_in(&argv, options, 0, &a);
	argv = chain_or_shell(argv);
	check(&a);
	if (chain_reading(argv))
		return argv;

	report_open(&a.report);
	if (a.cgroup)
		cgroup = sys_open(AT_FDCWD, a.cgroup, O_PATH | O_DIRECTORY, 0);
	if (a.cgroup && cgroup < 0)
		die("--cgroup '%s': %m", a.cgroup);
	idmap_make(&map, &a.maps, NULL);
	wait_outside(&a);
	if (!stay_fork_into(&s, a.kinds, a.init, a.kill_signal, cgroup)) {
		prepare(&a, &s, &map, cgroup);
		supervise(&a, &s);
	}
	settle(&a, &s);
	return argv;
}

const struct applet applet_nsclone = {
	.name = "nsclone",
	.args = "[OPTIONS] [PROGRAM [ARG...]]",
	.brief = "go on as a child in new namespaces; wait outside",
	.examples = "cellbox nsclone -mpiun --hostname web "
		    "nsmount -R /ns proc /proc pivotroot /ns nsinit sh\n"
		    "eval \"$(cellbox nsclone --detach -p nsinit sleep 60)\"\n"
		    "cellbox nsclone --respawn -p nsinit nginx -g "
		    "'daemon off;'",
	.run = run,
};
