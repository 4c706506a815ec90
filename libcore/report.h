/* report.h - tell a script how a jail fares, one record a line
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Records are shell words, made for eval. In this order, each at most once:
 *
 *	supervisor=PID	who waits outside: the one to send signals to
 *	init=PID	PID 1 of the jail, if it has a pid namespace
 *	pid=PID		the program
 *	ready=1		the jail stands and the program runs
 *	exit=STATUS	or signal=N: how it ended
 *	failed='STEP ERRNO'	there is no jail: the step, and its errno or 0
 *
 * Pids are numbers of the pid namespace of who waits. A reader that has gone
 * away is not missed.
 */
#ifndef REPORT_H
#define REPORT_H

#include "stay.h"

void report_hello(int fd, const struct stay *s);
void report_ready(int fd);
void report_end(int fd, const struct stay *s);

#endif
