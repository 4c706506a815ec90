/* report.h - tell a script how a jail fares, one record a line
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Records are shell words, made for eval. In this order, each at most once:
 *
 *	supervisor=PID	who waits outside: the one to send signals to
 *	init=PID	PID 1 of the jail, if it has a pid namespace
 *	pid=PID		the program
 *	ns_KIND=INODE	its namespaces: ns_mnt, ns_uts, ns_ipc, ns_net, ...
 *	ready=1		the jail stands and the program runs
 *	exit=STATUS	or signal=N: how it ended
 *	failed='STEP ERRNO'	there is no jail: the step, and its errno or 0
 *
 * Pids are numbers of the pid namespace of who waits. A reader that has gone
 * away is not missed; one that does not read for a second, or a file that is
 * full, is an error while the jail can still be refused.
 */
#ifndef REPORT_H
#define REPORT_H

#include "stay.h"

struct report {
	const char *word;     /* --report's: FD or -; NULL: none */
	const char *pid_file; /* NULL: none */
	int fd;		      /* word's, -1: none */
	int detach_fd;	      /* for who gives the shell back, -1: none */
	int stands;	      /* the pid file */
	pid_t supervisor;
};

/* Reads word; dies on bad ones. For both walks. */
void report_check(struct report *r);
/* Dies if the descriptor is not open. */
void report_open(const struct report *r);
/* What the parent that stays has to listen to */
void report_prepare(const struct report *r, struct stay *s);
/* The child's copies: a reader waits for the parent alone. */
void report_close(const struct report *r);

/* The jail stands: opens the program's namespaces for a moment, writes the pid
 * file (whole, by rename(2), or not at all), gives up the capabilities that
 * wanted. 0, or -1 after telling why: the jail is to be refused. */
int report_hello(struct report *r, const struct stay *s);
void report_ready(const struct report *r);
/* The child has ended. Removes the pid file. */
void report_end(const struct report *r, const struct stay *s);

/* A whole record, for a second at most. 0 also if nobody reads it any more; -1
 * and errno: it was not taken. */
int report_put(int fd, const char *text);

#endif
