/* stay.h - fork in two; the parent stays, forwards signals and reaps
 *
 * SPDX-License-Identifier: 0BSD
 *
 * The parent of a step that forks ends as its child ended. Each fork makes a
 * pair of sockets; the child's end is open in every process of the sentence up
 * to the exec of the program, so the parent hears what the last of them says,
 * and by end-of-file that it is gone. A parent is a pump in its applet:
 *
 *	if (stay_fork(&s, kinds, init, keep))
 *		return argv;			the child's half
 *	if (stay_stand(&s))
 *		_exit(STATUS_FAILED);
 *	for (;;)
 *		switch (stay_next(&s)) {
 *		case STAY_HELLO: ... stay_answer(&s); break;
 *		...
 *		case STAY_ENDED: stay_end(&s);
 *		}
 *
 * or stay_wait(&s), which is all of that for who has nothing else to do.
 */
#ifndef STAY_H
#define STAY_H

#include <poll.h>
#include <stdint.h>
#include <sys/types.h>

#include "hello.h"
#include "sys.h"

#define STAY_POLL 3

enum stay_event {
	STAY_HELLO = 1, /* program says hello: it is what will be executed */
	STAY_READY,	/* the jail stands and the program runs */
	STAY_FD,	/* something of poll is to be seen in its revents */
	STAY_SIGNAL,	/* signal, one of tells, has come */
	STAY_STOPPED,	/* the child was stopped, if tells has SIGTSTP */
	STAY_TIME,	/* wakes_at has passed; it is 0 again */
	STAY_ADOPTED,	/* another one has ended, if tells has SIGCHLD */
	STAY_ENDED,	/* the child is gone; status tells how */
};

struct stay {
	/* the applet's, set between stay_fork and stay_stand */
	enum hello_word listens; /* HELLO_STANDS, HELLO_LISTENS, HELLO_OPENS */
	uint64_t caps;	  /* capabilities (bits) that its job needs, at most */
	int keep_fd[3];	  /* more to be kept open, or -1 */
	int wards;	  /* it stays inside of the jail (proc_ward) */
	int hears;	  /* of GO, though it listens to no hello */
	int keeps_all;	  /* its job is to start the rest again: no guard */
	sys_sigset tells; /* signals to be told, not sent on */
	int grace;	  /* seconds from TERM to KILL; -1: no KILL */
	int64_t term_at, wakes_at; /* sys_now(): when TERM is due, and when
				      STAY_TIME is; 0: never */

	pid_t child;
	int init;	 /* the child is PID 1 of a new pid namespace */
	int to_be_moved; /* into the cgroup: the kernel could not */
	pid_t program;	 /* who said hello, in our numbering */
	int ready;	 /* GO was heard: the jail stood */
	int failed;	 /* errno of the step that failed, if it said so */
	int killed;	 /* the signal that ended the child, or 0 */
	int status;	 /* its end, as a shell sees it */

	int hello;  /* our end of the pair, */
	int closed; /* and whether the other one is */
	int childs_end;
	int sigfd;
	int stood;			/* stay_next was called */
	int said, told, ended, stopped; /* events that are due, or were told */
	int signal, terminal; /* STAY_SIGNAL's; the whole group had it */
	int queued, value;    /* by sigqueue(3) */
	pid_t adopted;	      /* STAY_ADOPTED's, and how it ended: wait(2) */
	int adopted_status;
	pid_t held; /* who could not take the signal held_signal yet, or 0 */
	int held_signal, held_value;
	int fatal;	 /* the signal for which we KILLed the child, or 0 */
	int due;	 /* what fatal will be at kill_at */
	int64_t kill_at; /* sys_now(): when KILL is due, or 0 */

	/* Last, for the code is shorter where the offset of a member is. */
	char step[HELLO_STEP]; /* its name, or "" */
	struct limits limits;  /* and its limits, with HELLO_OPENS */
	struct pollfd
		poll[STAY_POLL]; /* the applet's: more to be polled; fd -1:
					  none */
};

/* Forks into new namespaces (CLONE_NEW* or 0); init: what chain_forks told.
 * Returns 1 in the child, which lives no longer than its parent: death is the
 * signal that the program gets when the parent is gone (0: none; STAY_FREE: nor
 * does the child before). Returns 0 in the parent. Dies on failure. */
#define STAY_FREE (-1)
int stay_fork(struct stay *s, int kinds, int init, int death);
/* The same, into the cgroup of this directory too (-1: none); to_be_moved: it is
 * to be done after the fork, and a cgroup namespace is made after that. */
int stay_fork_into(struct stay *s, int kinds, int init, int death, int cgroup);

/* The child waits here until its parent stands; if it never will, the child
 * ends in silence. The program waits for that in any case. */
void stay_await(void);

/* The parent has done what could fail: it guards itself (proc_guard) and lets
 * the child go on. 0, or -1 after it told why and refused. */
int stay_stand(struct stay *s);
enum stay_event stay_next(struct stay *s);
/* Takes the signals that have come (stay_next does). */
void stay_take_signals(struct stay *s);
/* What said hello may go on. 0, or -1 as stay_stand. */
int stay_answer(struct stay *s);
/* Ends the process as the child ended. */
_Noreturn void stay_end(struct stay *s);
/* All of it, for a parent that listens to nothing. */
_Noreturn void stay_wait(struct stay *s);
/* Something failed in the parent, which was told: the child is ended, what it
 * left is reaped. The caller ends the process. */
void stay_refuse(struct stay *s);

/* Sends the signal that came, as sig, to a process or (negative) a group, with
 * its value. What it cannot take now is sent later, before the next one that is
 * queued. */
void stay_send(struct stay *s, pid_t pid, int sig);
/* Reaps what can be reaped. True if there is no child left. */
int stay_reap(struct stay *s);

/* Stops this process as its child is stopped, hands the terminal back when it
 * goes on. PID 1 cannot stop: it tells its group, where the child has another, so
 * that who waits outside was not told. */
void stay_stop(struct stay *s);
/* Lets go of a child that has ended, to fork again. */
void stay_close(struct stay *s);

/* Sends the signal on to the child, or KILL in its place where the child, a
 * PID 1, would never see it (libcore/forward.c). terminal: the child's group
 * has had it. */
void stay_forward(struct stay *s, int sig, int terminal);

#endif
