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
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cap.h"
#include "chain.h"
#include "console.h"
#include "err.h"
#include "fmt.h"
#include "inherit.h"
#include "num.h"
#include "opt.h"
#include "proc.h"
#include "remains.h"
#include "rewrite.h"
#include "signame.h"
#include "stay.h"
#include "sys.h"

#define HOT_TEXT 32768 /* what an idle one runs: Makefile, hot */

/* The options' words, and what they mean */
struct ask {
	const char *console, *wait, *parent_death;
	const char *rewrites[OPT_MANY_MAX + 1], *exits[OPT_MANY_MAX + 1];
	struct opt_fds keep;
	int group, everything, verbose, grace, ready_fd, status_fd;

	int wait_all, death;
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
	if (a->group && a->everything)
		die("-g and -a exclude each other");
	if (chain_pid_pending())
		die("the new pid namespace begins with the next fork: "
		    "'unshare -p' needs -f");
	chain_forks(1);
}

static void tell(const struct ask *a, const char *name, const char *value)
{
	struct fmt f = {.fd = a->status_fd};

	if (a->status_fd < 0)
		return;
	fmt_add(&f, "%s=%s\n", name, value);
	fmt_flush(&f);
}

/* As a shell numbers it */
static int shell_status(int status)
{
	return WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status)
				   : WEXITSTATUS(status);
}

static void tell_adopted(const struct ask *a, const struct stay *s)
{
	char text[32];

	fmt_str(text, sizeof(text), "'%d %d'", s->adopted,
		shell_status(s->adopted_status));
	tell(a, "adopted", text);
}

/* A root that can trace everybody can reach the host's binary by us. */
static void warn_of_tracer(const struct stay *s)
{
	char path[32], buf[4096];
	const char *at;
	uint64_t caps = 0;

	fmt_str(path, sizeof(path), "/proc/%d/status", proc_number(s->child));
	at = proc_field(path, "\nCapPrm:\t", buf, sizeof(buf));
	if (at && !num_take(&at, 16, &caps) && caps & CAPS_SYS_PTRACE &&
	    proc_is_initial_user())
		warn("the program has CAP_SYS_PTRACE in the initial user "
		     "namespace: it reaches this process and the host's binary "
		     "(add -r to nsclone or unshare)");
}

static void take_ready(const struct ask *a, const struct stay *s)
{
	struct fmt f = {.fd = a->ready_fd};
	char text[16];

	fmt_str(text, sizeof(text), "%d", s->child);
	tell(a, "pid", text);
	tell(a, "ready", "1");
	if (a->ready_fd >= 0) {
		fmt_add(&f, "ready=1\n");
		fmt_flush(&f);
		close(a->ready_fd);
	}
	warn_of_tracer(s);
}

static void send_on(const struct ask *a, struct stay *s)
{
	int sig = a->rewrite.sends[s->signal];

	if (s->signal == SIGTERM && a->grace >= 0 && !s->kill_at)
		s->kill_at = sys_now() + a->grace * 1000LL;
	if (!sig || s->terminal)
		return;
	if (a->everything)
		remains_send(sig);
	else
		stay_send(s, a->group ? -s->child : s->child, sig);
}

/* The main child has ended: waits for whom else there is, until the time is up */
static void wait_for_rest(const struct ask *a, struct stay *s, int64_t until)
{
	int sig;

	while (!stay_reap(s)) {
		int64_t now = until ? sys_now() : 0;

		if (s->adopted)
			tell_adopted(a, s);
		if (s->adopted && (s->adopted = 0, 1))
			continue;
		if (until && now >= until)
			return;
		sig = sys_sigwait(~0ULL, until ? (int)(until - now) : -1);
		if (sig <= 0 || sig == SIGCHLD || !a->rewrite.sends[sig])
			continue;
		remains_send(a->rewrite.sends[sig]);
		if (sig == SIGTERM && a->grace >= 0 && !until)
			until = sys_now() + a->grace * 1000LL;
	}
}

_Noreturn static void finish(const struct ask *a, struct stay *s, int64_t until)
{
	char text[16];

	if (!s->ready)
		stay_end(s);
	if (!until && !a->wait_all && a->grace >= 0) {
		remains_send(SIGTERM);
		until = sys_now() + a->grace * 1000LL;
	}
	if (until || a->wait_all)
		wait_for_rest(a, s, until);
	if (getpid() != 1)
		remains_end();
	fmt_str(text, sizeof(text), "%d", s->status);
	tell(a, "exit", text);
	_exit(a->rewrite.ends[s->status]);
}

/* The life of PID 1 */
_Noreturn static void be_first(struct ask *a, struct stay *s)
{
	int64_t until = 0;

	s->wards = s->hears = 1;
	s->keep_fd[0] = a->ready_fd;
	s->keep_fd[1] = a->status_fd;
	s->tells = ~(a->verbose && a->status_fd >= 0 ? 0 : SYS_SIG(SIGCHLD));
	if (stay_stand(s))
		_exit(STATUS_FAILED);
	for (;;) {
		enum stay_event event = stay_next(s);

		if (s->kill_at)
			until = s->kill_at;
		switch (event) {
		case STAY_READY:
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
			finish(a, s, until);
		default:
			break;
		}
	}
}

static void settle(const struct ask *a)
{
	if (a->console)
		console_take(a->console);
	else if (a->group && setpgid(0, 0))
		die("make a process group: %m");
	inherit_only(a->keep.fd, a->keep.n, a->verbose);
}

static void begin(const struct ask *a)
{
	if (getpid() == 1)
		return;
	if (a->everything)
		die("-a is for PID 1 (put 'nsclone -p' or 'unshare -pf' "
		    "before)");
	if (prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL))
		die("become a child subreaper: %m");
	warn("not PID 1: reaps as a child subreaper");
	if (a->death && chain_die_with_caller(a->death))
		die("--parent-death-signal: %m");
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
	OPT_NUMBER(0, "grace", AT(grace), "SECONDS",
		   "from TERM to KILL of all that is left"),
	OPT_STR(0, "wait", AT(wait), "WHOM",
		"end with the last process (all), or main"),
	OPT_MANY(0, "exit-map", AT(exits), "STATUS=STATUS",
		 "end with another status"),
	OPT_STR(0, "parent-death-signal", AT(parent_death), "SIGNAL",
		"where it is not PID 1: when its parent ends"),
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
			.grace = -1,
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
