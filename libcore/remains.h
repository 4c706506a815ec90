/* remains.h - what is left of a jail whose main child has ended
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef REMAINS_H
#define REMAINS_H

/* To every process left: as PID 1 by kill(2) of -1; else to all children of this
 * one, a subreaper (/proc/self/task/TID/children, Linux 3.5). 0, or -1 and
 * errno: they cannot be told. */
int remains_send(int sig);

/* KILL to all that is left, until nothing is. */
void remains_end(void);

#endif
