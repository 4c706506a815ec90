/* chain.c - the sentence: what a step is, and what crosses from step to step
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "chain.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "exec.h"
#include "fmt.h"

static struct {
	enum chain_walk walk;
	char *first;		     /* argv[0] */
	const struct applet *applet; /* the step at work, */
	char **words;		     /* and where it begins */
	int steps, acts;   /* so far; acts: those that need no program */
	int kinds, joined; /* namespaces made, and joined */
	int pid_pending;   /* a pid namespace begins with the next fork */
	int own_mounts;
	int forks;
	int pivoted, foreign_root;
	sys_sigset mask;   /* the caller's */
	int ignores_child; /* the caller ignored SIGCHLD */
	struct hello hello;
	int armed,
		death; /* dies with its parent; the program, by which signal */
	int stop_end;  /* 1 + a descriptor, or 0 */
	int detached;
	char *shell[3]; /* a free word for chain_execute, the shell, NULL */
} chain;

void chain_begin(enum chain_walk walk, char *first)
{
	memset(&chain, 0, sizeof(chain));
	chain.walk = walk;
	chain.first = first;
}

char *chain_first_word(void)
{
	return chain.first;
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

int chain_reading(char **rest)
{
	if (chain.walk == CHAIN_PRINT)
		fmt_words(STDOUT_FILENO, "", chain.words, rest);
	if (chain.walk == CHAIN_TRACE)
		fmt_words(STDERR_FILENO, "+ ", chain.words, rest);
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
	if (kinds & CLONE_NEWUSER)
		chain.own_mounts = 0;
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
	if (kinds & CLONE_NEWNS) {
		chain.own_mounts = 0;
		chain.foreign_root = 1;
	}
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
	chain.forks++;
	if (shares)
		chain.own_mounts = 0;
	return init;
}

int chain_forked(void)
{
	return chain.forks;
}

int chain_own_mounts(void)
{
	return chain.own_mounts;
}

int chain_pivoted(void)
{
	return chain.pivoted;
}

void chain_leaves_root(int dropped)
{
	chain.pivoted |= dropped;
	chain.foreign_root = 1;
}

int chain_root_is_foreign(void)
{
	return chain.foreign_root;
}

int chain_block(void)
{
	const sys_sigset all =
		~(SYS_SIG(SIGTSTP) | SYS_SIG(SIGTTIN) | SYS_SIG(SIGTTOU));

	if (sys_sigmask(SIG_SETMASK, &all, &chain.mask))
		return -1;
	/* Ignored, it would reap our children unseen. */
	chain.ignores_child = sys_ignore(SIGCHLD, 0);
	return chain.ignores_child < 0 ? -1 : 0;
}

sys_sigset chain_caller_mask(void)
{
	return chain.mask;
}

struct hello *chain_hello(void)
{
	return &chain.hello;
}

int chain_stays(int keeps_all)
{
	struct hello *h = &chain.hello;

	for (int i = 0; i < h->n && keeps_all; i++)
		close(h->end[i]);
	h->n = h->stands = h->listens = h->opens = 0;
	/* A parent that dies tells a process that stays by its own signal. */
	return chain.armed && chain.death && chain.death != SIGKILL
		       ? prctl(PR_SET_PDEATHSIG, (unsigned long)chain.death,
			       0UL, 0UL, 0UL)
		       : 0;
}

void chain_fail(int err)
{
	hello_failed(&chain.hello, chain_name(), err);
}

static int arm(void)
{
	return prctl(PR_SET_PDEATHSIG, (unsigned long)SIGKILL, 0UL, 0UL, 0UL);
}

/* A parent that died before this never stood, for which the program waits. */
int chain_die_with_parent(int death)
{
	chain.armed = 1;
	if (death || chain.death)
		chain.death = death ? death : SIGKILL;
	return arm();
}

int chain_die_with_caller(int death)
{
	pid_t parent = getppid();

	chain.armed = 1;
	chain.death = death;
	if (arm())
		return -1;
	if (getppid() != parent)
		_exit(125);
	return 0;
}

int chain_credentials_changed(void)
{
	int orphan;

	if (!chain.armed)
		return 0;
	if (arm())
		return -1;
	/* getppid() is 0 in a new pid namespace; the pair tells everywhere. */
	orphan = chain.hello.n ? hello_is_orphan(&chain.hello) : 0;
	if (orphan > 0)
		_exit(125);
	return orphan;
}

void chain_stops(int end)
{
	chain.stop_end = end + 1;
}

int chain_stop_end(void)
{
	return chain.stop_end - 1;
}

void chain_detaches(void)
{
	chain.detached = 1;
}

int chain_goes_quiet(void)
{
	return chain.detached && dup2(STDOUT_FILENO, STDERR_FILENO) < 0 ? -1
									: 0;
}

/* The last acts before the exec: 0, or -1 and errno. */
static int let_go(void)
{
	if (hello_program(&chain.hello))
		return -1;
	if (chain.armed && chain.death != SIGKILL &&
	    prctl(PR_SET_PDEATHSIG, (unsigned long)chain.death, 0UL, 0UL, 0UL))
		return -1;
	if (chain.ignores_child && sys_ignore(SIGCHLD, 1) < 0)
		return -1;
	return sys_sigmask(SIG_SETMASK, &chain.mask, NULL);
}

int chain_execute(char **argv)
{
	int err, told = -1, status = 125;

	if (chain.detached)
		told = fcntl(STDERR_FILENO, F_DUPFD_CLOEXEC, 3);
	if (!chain.detached || (told >= 0 && !chain_goes_quiet()))
		status = let_go() ? 125 : exec_program(argv);
	if (told < 0)
		return status;
	err = errno;
	dup2(told, STDERR_FILENO);
	errno = err;
	return status;
}
