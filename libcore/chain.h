/* chain.h - the sentence: what a step is, and what crosses from step to step
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A sentence is walked twice through the same functions: once reading, where
 * nothing is done and everything is checked, once acting. What steps tell each
 * other is kept here, in the only writable static of the program.
 */
#ifndef CHAIN_H
#define CHAIN_H

#include "hello.h"
#include "sys.h"

#define CELLBOX_VERSION "0.1.0"

/* A function from words to words. */
struct applet {
	const char *name;	    /* the word that calls it */
	const char *args;	    /* its operands, for the usage line */
	const char *brief;	    /* one line: what the step does */
	const char *examples;	    /* whole lines, for --help */
	char **(*run)(char **argv); /* the words left; NULL: all is done */
};

/* How a walk shows its steps */
enum chain_walk {
	CHAIN_READ,  /* nothing is done; nothing is shown */
	CHAIN_PRINT, /* nothing is done; each step is printed (-n) */
	CHAIN_ACT,   /* each step acts */
	CHAIN_TRACE, /* each step acts and says so before (-x) */
};

/* A walk begins: forget what steps told. first: argv[0] as it was given. */
void chain_begin(enum chain_walk walk, char *first);
char *chain_first_word(void);
/* words[0] names the step that is now at work. */
void chain_step(const struct applet *applet, char **words);
/* The name of the step at work, for messages; "cellbox" before the first. */
const char *chain_name(void);
const struct applet *chain_applet(void);
/* True while reading: the step, which uses the words before rest, must not do
 * anything. With -n and -x the step is shown here. */
int chain_reading(char **rest);
/* What may end a sentence without a program. Both return argv if words are
 * left. chain_or_shell: else the caller's shell ($SHELL, else /bin/sh).
 * chain_or_done: else NULL if all steps so far were such acts (or joins). */
char **chain_or_shell(char **argv);
char **chain_or_done(char **argv);

/* Namespaces (CLONE_NEW*) that steps so far have made; told in both walks. A
 * pid namespace made by unshare(2) begins with the next fork only. */
void chain_makes(int kinds);
int chain_made(void);
int chain_pid_pending(void);
/* Namespaces that steps so far have joined: not made by them. */
void chain_joins(int kinds);
int chain_joined(void);
/* The step forks, in both walks; shares: who waits stays in the mount namespace
 * of the child, which is then not the child's own. True if the child is PID 1
 * of a new pid namespace. */
int chain_forks(int shares);
/* How many steps forked so far, in both walks */
int chain_forked(void);
/* True if no other process that we left behind stands in the mount namespace
 * of this one: made by this process, or for it. */
int chain_own_mounts(void);
/* The root is another than the caller's from here on: what lies in it, /proc,
 * /etc and programs, need not be trusted. */
void chain_leaves_root(int dropped);
int chain_root_is_foreign(void);
/* The old one was dropped. */
int chain_pivoted(void);

/* Block all signals but TSTP, TTIN and TTOU (the terminal must be able to stop
 * who waits), set SIGCHLD to default; what the caller had is kept. 0, or -1. */
int chain_block(void);
/* The caller's signal mask */
sys_sigset chain_caller_mask(void);

/* The pairs to the parents that wait */
struct hello *chain_hello(void);
/* This process stays behind: the ends that it inherited are not its own, and are
 * closed if it keeps all the rest. 0, or -1 and errno. */
int chain_stays(int keeps_all);
/* Tells every parent that the step at work failed. */
void chain_fail(int err);
/* The forked child lives no longer than its parent; death: the signal that the
 * program gets when it is gone, 0: none (once there is one, KILL for every later
 * fork). 0, or -1 and errno. */
int chain_die_with_parent(int death);
/* The same of the process that the caller started. */
int chain_die_with_caller(int death);
/* The credentials changed, which made the kernel forget it (prctl(2)): again.
 * Ends the process if the parent has died meanwhile. 0, or -1 and errno. */
int chain_credentials_changed(void);

/* The socket end by which a PID 1 tells that its child was stopped; -1: none */
void chain_stops(int end);
int chain_stop_end(void);

/* The caller will not wait: stdout is where the jail's output goes, and stderr
 * as well for who stays (chain_goes_quiet: 0, or -1 and errno) and for the
 * program; until then errors are told to the caller. */
void chain_detaches(void);
int chain_goes_quiet(void);

/* Says hello, gives the program the caller's signals back and executes it
 * (exec.h). Returns only on error: 125 (not tried), 126 or 127, and errno. */
int chain_execute(char **argv);

#endif
