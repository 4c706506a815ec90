/* nsinit.c - be PID 1 of a jail
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: nsinit forks once. The child goes on with the sentence
 * and becomes the program, which has the descriptors 0, 1, 2 and those of
 * --keep-fd only; the parent, PID 1, reaps every process that falls to it, sends
 * every signal on to the child, and ends as the child ended; the kernel then
 * kills what is left in the pid namespace. Where it is not PID 1 it is a child
 * subreaper, and kills what is left by itself.
 */
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/wait.h>
#include <unistd.h>

#include "chain.h"
#include "console.h"
#include "err.h"
#include "fmt.h"
#include "inherit.h"
#include "opt.h"
#include "proc.h"
#include "remains.h"
#include "report.h"
#include "rewrite.h"
#include "signame.h"
#include "stay.h"
#include "sys.h"

#define HOT_TEXT 32768 /* what an idle one runs: Makefile, hot */

/* The options' words, and what they mean */
struct ask {
	const char *console, *wait, *parent_death;
	int group, everything, verbose, ready_fd, status_fd;
	struct remains remains;

	int wait_all, death;
	struct opt_fds keep;
	const char *rewrites[OPT_MANY_MAX + 1], *exits[OPT_MANY_MAX + 1];
	struct rewrite rewrite;
};

static void check(struct ask *a)
{
	rewrite_make(&a->rewrite, a->rewrites, a->exits);
	a->wait_all = !strcmp(a->wait, "all");
	if (!a->wait_all && strcmp(a->wait, "main"))
		die("--wait '%s': not all or main", a->wait);
	if (a->parent_death)
		a->death = signame_parse(a->parent_death);
	if (a->parent_death && !a->death)
		die("--parent-death-signal '%s': not a signal",
		    a->parent_death);
	if (a->parent_death && chain_forked())
		die("--parent-death-signal: the parent is a step before this "
		    "one, with which it ends in any case");
	if (a->group && a->everything)
		die("-g and -a exclude each other");
	if (chain_pid_pending())
		die("the new pid namespace begins with the next fork: "
		    "'unshare -p' needs -f");
	chain_forks(1);
}

static void tell(int fd, const char *text)
{
	if (fd >= 0)
		report_put(fd, text);
}

/* As a shell numbers it */
static int shell_status(int status)
{
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static void tell_adopted(const struct ask *a, const struct stay *s)
{
	char text[48];

	fmt_str(text, sizeof(text), "adopted='%d %d'\n", s->adopted,
		shell_status(s->adopted_status));
	tell(a->status_fd, text);
}

static void take_ready(const struct ask *a, const struct stay *s)
{
	char text[32];

	fmt_str(text, sizeof(text), "pid=%d\nready=1\n", s->child);
	tell(a->status_fd, text);
	tell(a->ready_fd, "ready=1\n");
	if (a->ready_fd >= 0)
		close(a->ready_fd);
	if (!(chain_made() & CLONE_NEWUSER) && proc_is_initial_user() &&
	    proc_can_trace(s->child))
		warn("the program has CAP_SYS_PTRACE in the initial user "
		     "namespace: it reaches this process and the host's binary "
		     "(add -r to nsclone or unshare)");
}

static void send_on(struct ask *a, struct stay *s)
{
	int sig = a->rewrite.sends[s->signal];

	/* The terminal's own went to its foreground: the program, unless that
	 * has another terminal, or a group in the background. */
	if (!sig || (s->terminal && !a->group && !a->console))
		return;
	remains_asked(&a->remains, s->signal, sig);
	s->kill_at = a->remains.until;
	if (sig == SIGCONT && a->group)
		console_lend(s->child);
	if (a->everything)
		remains_send(&a->remains, sig);
	else
		stay_send(s, a->group ? -s->child : s->child, sig);
}

/* The main child has ended: waits for whom else there is, until the time is up */
static void wait_for_rest(struct ask *a, struct stay *s)
{
	while (!stay_reap(s)) {
		struct pollfd p = {.fd = s->sigfd, .events = POLLIN};
		struct signalfd_siginfo info;
		int left = remains_time(&a->remains), sig;

		if (s->adopted) {
			tell_adopted(a, s);
			s->adopted = 0;
			continue;
		}
		if (!left)
			return;
		/* Not sigwaitinfo(2): while that waits, /proc tells who
		 * forwards to us that we have nothing blocked. */
		poll(&p, 1, left);
		if (read(s->sigfd, &info, sizeof(info)) != sizeof(info))
			continue;
		sig = a->rewrite.sends[info.ssi_signo];
		if (info.ssi_signo == SIGCHLD || info.ssi_code == SI_KERNEL ||
		    !sig)
			continue;
		remains_asked(&a->remains, info.ssi_signo, sig);
		remains_send(&a->remains, sig);
	}
}

_Noreturn static void finish(struct ask *a, struct stay *s)
{
	char text[16];

	console_return(s->child);
	if (!s->ready)
		stay_end(s);
	if (a->remains.until || !a->wait_all)
		remains_asked(&a->remains, SIGTERM, 0);
	if (a->remains.until)
		remains_send(&a->remains, SIGTERM);
	if (a->remains.until || a->wait_all)
		wait_for_rest(a, s);
	remains_end(&a->remains);
	fmt_str(text, sizeof(text), "exit=%d\n", s->status);
	tell(a->status_fd, text);
	_exit(a->rewrite.ends[s->status]);
}

/* The life of PID 1 */
_Noreturn static void be_first(struct ask *a, struct stay *s)
{
	s->wards = s->hears = 1;
	s->keep_fd[0] = a->ready_fd;
	s->keep_fd[1] = a->status_fd;
	s->keep_fd[2] = a->remains.list;
	s->tells = ~(a->verbose && a->status_fd >= 0 ? 0 : SYS_SIG(SIGCHLD));
	if (stay_stand(s))
		_exit(STATUS_FAILED);
	for (;;) {
		switch (stay_next(s)) {
		case STAY_READY:
			sys_halve_queue();
			take_ready(a, s);
			sys_drop_text(HOT_TEXT);
			break;
		case STAY_SIGNAL:
			send_on(a, s);
			break;
		case STAY_STOPPED:
			stay_stop(s);
			break;
		case STAY_ADOPTED:
			tell_adopted(a, s);
			break;
		case STAY_ENDED:
			finish(a, s);
		default:
			break;
		}
	}
}

static void settle(const struct ask *a)
{
	if (a->console)
		console_take(a->console);
	else if (a->group && console_group())
		die("make a process group: %m");
	inherit_only(a->keep.fd, a->keep.n, a->verbose);
}

static void check_open(const struct ask *a)
{
	for (int i = 0; i < a->keep.n; i++)
		inherit_check("keep-fd", a->keep.fd[i]);
	inherit_check("ready-fd", a->ready_fd);
	inherit_check("status-fd", a->status_fd);
}

static void begin(struct ask *a)
{
	check_open(a);
	if (a->death && chain_die_with_caller(a->death))
		die("--parent-death-signal: %m");
	if (remains_open(&a->remains))
		return;
	if (a->everything)
		die("-a is for PID 1 (put 'nsclone -p' or 'unshare -pf' "
		    "before)");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL))
		die("become a child subreaper: %m");
	warn("not PID 1: reaps as a child subreaper");
}

#define AT(member) ((void *)offsetof(struct ask, member))

static const struct opt options[] = {
	OPT_STR('c', "console", AT(console), "CONSOLE",
		"the controlling terminal of a new session"),
	OPT_FLAG('g', "group", AT(group),
		 "send signals to the program's process group"),
	OPT_FLAG('a', "all", AT(everything), "send signals to every process"),
	OPT_MANY(0, "rewrite", AT(rewrites), "SIG=SIG",
		 "send another signal on (=0: none)"),
	OPT_NUMBER(0, "grace", AT(remains.grace), "SECONDS",
		   "from TERM to KILL of all that is left"),
	OPT_STR(0, "wait", AT(wait), "WHOM",
		"end with the last process (all), or main"),
	OPT_MANY(0, "exit-map", AT(exits), "STATUS=STATUS",
		 "end with another status"),
	OPT_STR(0, "parent-death-signal", AT(parent_death), "SIGNAL",
		"for the program when who started this ends"),
	OPT_FDS(0, "keep-fd", AT(keep),
		"pass this descriptor on, besides 0, 1 and 2"),
	OPT_NUMBER(0, "ready-fd", AT(ready_fd), "FD",
		   "say ready=1 there when the program runs"),
	OPT_NUMBER(0, "status-fd", AT(status_fd), "FD",
		   "tell there what happens, a record a line"),
	OPT_FLAG('v', "verbose", AT(verbose),
		 "say what is closed, and who else ended"),
	OPT_END,
};

static char **run(char **argv)
{
	struct ask a = {.wait = "main",
			.remains.grace = -1,
			.ready_fd = -1,
			.status_fd = -1};
	struct stay s;

	opt_parse_in(&argv, options, 0, &a);
	check(&a);
	if (chain_reading(argv))
		return argv;

	begin(&a);
	if (!stay_fork(&s, 0, 0, SIGKILL))
		be_first(&a, &s);
	settle(&a);
	return argv;
}

const struct applet applet_nsinit = {
	.name = "nsinit",
	.args = "[OPTIONS] PROGRAM [ARG...]",
	.brief = "be PID 1: reap, forward signals, end as the program ends",
	.examples = "cellbox nsclone -p nsinit /usr/sbin/nginx -g "
		    "'daemon off;'\n"
		    "cellbox nsclone -p nsinit --rewrite TERM=QUIT --grace 10 "
		    "/usr/sbin/php-fpm -F\n"
		    "cellbox nsinit -c /dev/ttyS0 /bin/sh",
	.run = run,
};
