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

#include <stdint.h>
#include <sys/types.h>

#include "hello.h"

enum stay_event {
	STAY_HELLO = 1, /* program says hello: it is what will be executed */
	STAY_READY,	/* the jail stands and the program runs */
	STAY_FD,	/* fd is readable */
	STAY_ENDED,	/* the child is gone; status tells how */
};

struct stay {
	/* the applet's, set between stay_fork and stay_stand */
	enum hello_word listens; /* HELLO_STANDS, HELLO_LISTENS, HELLO_OPENS */
	uint64_t caps; /* capabilities (bits) that its job needs, at most */
	int fd;	       /* one more descriptor to be polled, or -1 */
	int keep_fd;   /* one more to be kept open, or -1 */

	pid_t child;
	int init;	      /* the child is PID 1 of a new pid namespace */
	pid_t program;	      /* who said hello, in our numbering */
	struct limits limits; /* and its limits, with HELLO_OPENS */
	int ready;	      /* GO was heard: the jail stood */
	int failed;	      /* errno of the step that failed, if it said so */
	char step[HELLO_STEP]; /* its name, or "" */
	int killed;	       /* the signal that ended the child, or 0 */
	int status;	       /* its end, as a shell sees it */

	int hello;  /* our end of the pair, */
	int closed; /* and whether the other one is */
	int sigfd;
	int said, told, ended; /* events that are due, or were told */
	int fatal; /* the signal for which we KILLed the child, or 0 */
	int due;   /* the signal after which KILL is due, or 0 */
};

/* Forks into new namespaces (CLONE_NEW* or 0); init: what chain_forks told.
 * Returns 1 in the child, which lives no longer than its parent; keep: not even
 * the program it executes does. Returns 0 in the parent. Dies on failure. */
int stay_fork(struct stay *s, int kinds, int init, int keep);

/* The child waits here until its parent stands; if it never will, the child
 * ends in silence. The program waits for that in any case. */
void stay_await(void);

/* The parent has done what could fail: it guards itself (proc_guard) and lets
 * the child go on. 0, or -1 after it told why and refused. */
int stay_stand(struct stay *s);
enum stay_event stay_next(struct stay *s);
/* What said hello may go on. 0, or -1 as stay_stand. */
int stay_answer(struct stay *s);
/* Ends the process as the child ended. */
_Noreturn void stay_end(struct stay *s);
/* All of it, for a parent that listens to nothing. */
_Noreturn void stay_wait(struct stay *s);
/* Something failed in the parent, which was told: the child is ended, what it
 * left is reaped. The caller ends the process. */
void stay_refuse(struct stay *s);

/* Sends the signal on to the child, or KILL in its place where the child, a
 * PID 1, would never see it (libcore/forward.c). terminal: the child's group
 * has had it. */
void stay_forward(struct stay *s, int sig, int terminal);

#endif
