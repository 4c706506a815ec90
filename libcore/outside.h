/* outside.h - run a program of the caller's beside the jail
 *
 * SPDX-License-Identifier: 0BSD
 *
 * newuidmap(1), steps outside: they are found by PATH and run with the caller's
 * rights and signal mask, so never after the root was changed.
 */
#ifndef OUTSIDE_H
#define OUTSIDE_H

#include <sys/types.h>

#define OUTSIDE_SAID 256

struct outside {
	int deadline; /* seconds after which it is killed; 0: none */
	int hears;    /* its stderr is not passed on: it comes into said */

	int status;		 /* of a shell: 127 not found, 128+N killed */
	int late;		 /* it was killed: the deadline had passed */
	char said[OUTSIDE_SAID]; /* the first line of its stderr */
};

/* Runs it and waits. A signal that would end us goes on to it, and is pending
 * again afterwards. argv[-1] must be writable (exec.h). 0, or -1 and errno:
 * it was not started. */
int outside_run(struct outside *o, char **argv);

/* /bin/sh -c WORDS, with the child's number in CELLBOX_PID. 0, or -1 after
 * telling why. */
int outside_step(const char *words, pid_t child);

/* Dies, in both walks, if the programs and files of the caller cannot be
 * trusted any more: an earlier step changed the root. what: what wants them. */
void outside_check(const char *what);

#endif
