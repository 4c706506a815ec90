/* remains.h - what is left of a jail whose main child has ended
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef REMAINS_H
#define REMAINS_H

#include <stdint.h>

struct remains {
	int list;      /* of those of a subreaper, or -1 */
	int grace;     /* seconds from TERM to KILL; -1: no end */
	int64_t until; /* sys_now(): when they are over; 0: nobody asked */
};

/* PID 1 knows all that is left; returns 1. Another, a subreaper, has to ask for
 * its children: their list (/proc/PID/task/TID/children, Linux 3.5) is opened
 * before anybody could put another in its place. Dies. */
int remains_open(struct remains *r);

/* A signal came, and as another is sent on: the time runs from the first TERM. */
void remains_asked(struct remains *r, int came, int sent);
/* Milliseconds that are left of it, at most so many as poll(2) takes; -1: no end */
int remains_time(const struct remains *r);

/* To all that is left, by kill(2) of -1 or to each of the list. */
void remains_send(const struct remains *r, int sig);

/* KILL to all of the list, until nothing is left. PID 1 has the kernel for that. */
void remains_end(const struct remains *r);

#endif
