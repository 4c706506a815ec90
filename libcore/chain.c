/* chain.c - the sentence: what a step is, and what crosses from step to step
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "chain.h"

#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "exec.h"
#include "fmt.h"

static struct {
	enum chain_walk walk;
	const struct applet *applet; /* the step at work, */
	char **words;		     /* and where it begins */
	int steps, acts;   /* so far; acts: those that need no program */
	int kinds, joined; /* namespaces made, and joined */
	int pid_pending;   /* a pid namespace begins with the next fork */
	int own_mounts;
	int pivoted, locks;
	sys_sigset mask;	   /* the caller's */
	struct sigaction on_child; /* the caller's, of SIGCHLD */
	struct hello hello;
	int armed, keep; /* dies with its parent; also past the exec */
	char *shell[3];	 /* a free word for chain_execute, the shell, NULL */
	struct {	 /* what the walk before found */
		int steps, locks;
	} read;
} chain;

void chain_begin(enum chain_walk walk)
{
	int steps = chain.steps, locks = chain.locks;

	memset(&chain, 0, sizeof(chain));
	chain.walk = walk;
	chain.read.steps = steps;
	chain.read.locks = locks;
}

void chain_step(const struct applet *applet, char **words)
{
	chain.applet = applet;
	chain.words = words;
	chain.steps++;
}

const char *chain_name(void)
{
	return chain.applet ? chain.applet->name : "cellbox";
}

const struct applet *chain_applet(void)
{
	return chain.applet;
}

void chain_show(int fd, const char *before, char **words, char **end)
{
	struct fmt f = {.fd = fd};

	fmt_add(&f, "%s", before);
	for (char **w = words; *w && w != end; w++) {
		if (w != words)
			fmt_add(&f, " ");
		fmt_quote(&f, *w);
	}
	fmt_add(&f, "\n");
	fmt_flush(&f);
}

int chain_reading(char **rest)
{
	if (chain.walk == CHAIN_PRINT)
		chain_show(STDOUT_FILENO, "", chain.words, rest);
	if (chain.walk == CHAIN_TRACE)
		chain_show(STDERR_FILENO, "+ ", chain.words, rest);
	return chain.walk < CHAIN_ACT;
}

char **chain_or_shell(char **argv)
{
	char *shell = getenv("SHELL");

	if (*argv)
		return argv;
	chain.shell[1] = shell && *shell ? shell : (char *)"/bin/sh";
	return chain.shell + 1;
}

char **chain_or_done(char **argv)
{
	chain.acts++;
	return *argv || chain.acts < chain.steps ? argv : NULL;
}

void chain_makes(int kinds)
{
	chain.kinds |= kinds;
	if (kinds & CLONE_NEWPID)
		chain.pid_pending = 1;
	/* A new user namespace does not own the mounts it was born with. */
	if (kinds & CLONE_NEWUSER) {
		chain.own_mounts = 0;
		chain.locks = 1;
	}
	if (kinds & CLONE_NEWNS)
		chain.own_mounts = 1;
}

int chain_made(void)
{
	return chain.kinds;
}

void chain_joins(int kinds)
{
	chain.joined |= kinds;
	chain.acts++; /* an act may follow a join and end the sentence */
	if (kinds & CLONE_NEWNS)
		chain.own_mounts = 0;
}

int chain_joined(void)
{
	return chain.joined;
}

int chain_pid_pending(void)
{
	return chain.pid_pending;
}

int chain_forks(int shares)
{
	int init = chain.pid_pending;

	chain.pid_pending = 0;
	if (shares)
		chain.own_mounts = 0;
	return init;
}

int chain_own_mounts(void)
{
	return chain.own_mounts;
}

void chain_pivots(void)
{
	chain.pivoted = 1;
	chain.locks = 0;
}

int chain_locks(void)
{
	return chain.read.locks;
}

int chain_is_last(void)
{
	return chain.steps == chain.read.steps;
}

int chain_pivoted(void)
{
	return chain.pivoted;
}

int chain_block(void)
{
	const struct sigaction standard = {.sa_handler = SIG_DFL};
	const sys_sigset all =
		~(SYS_SIG(SIGTSTP) | SYS_SIG(SIGTTIN) | SYS_SIG(SIGTTOU));

	if (sys_sigmask(SIG_SETMASK, &all, &chain.mask))
		return -1;
	/* Ignored, it would reap our children unseen. */
	return sigaction(SIGCHLD, &standard, &chain.on_child);
}

sys_sigset chain_caller_mask(void)
{
	return chain.mask;
}

struct hello *chain_hello(void)
{
	return &chain.hello;
}

void chain_stays(void)
{
	chain.hello.n = 0;
}

void chain_fail(int err)
{
	hello_failed(&chain.hello, chain_name(), err);
}

static int arm(void)
{
	int orphan;

	if (prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL))
		return -1;
	/* getppid() is 0 in a new pid namespace; the pair tells everywhere. */
	orphan = hello_is_orphan(&chain.hello);
	if (orphan > 0)
		_exit(125);
	return orphan;
}

int chain_die_with_parent(int keep)
{
	chain.armed = 1;
	chain.keep |= keep;
	return arm();
}

int chain_credentials_changed(void)
{
	return chain.armed ? arm() : 0;
}

/* The last acts before the exec: 0, or -1 and errno. */
static int let_go(void)
{
	if (hello_program(&chain.hello))
		return -1;
	if (chain.armed && !chain.keep &&
	    prctl(PR_SET_PDEATHSIG, 0UL, 0UL, 0UL, 0UL))
		return -1;
	if (chain.on_child.sa_handler != SIG_DFL &&
	    sigaction(SIGCHLD, &chain.on_child, NULL))
		return -1;
	return sys_sigmask(SIG_SETMASK, &chain.mask, NULL);
}

int chain_execute(char **argv)
{
	return let_go() ? 125 : exec_program(argv);
}
