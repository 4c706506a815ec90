/* mountinfo.h - read /proc/self/mountinfo
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Source: proc(5). Paths in it have \040 and the like for spaces.
 */
#ifndef MOUNTINFO_H
#define MOUNTINFO_H

#include <limits.h>
#include <stddef.h>
#include <stdint.h>

struct mountinfo {
	/* of the mount last read */
	int64_t id, parent;
	char *point; /* where it is mounted, unescaped */
	int shared;  /* it propagates to its peers */

	int fd;
	size_t n, used;
	char buf[3 * PATH_MAX]; /* a line is not longer */
};

/* 0, or -1 and errno */
int mountinfo_open(struct mountinfo *m);
/* True if there is one more. */
int mountinfo_next(struct mountinfo *m);
void mountinfo_close(struct mountinfo *m);

/* The point of a mount is path, or lies below it. */
int mountinfo_is_below(const char *point, const char *path);
/* \NNN becomes its byte again, in place. */
void mountinfo_unescape(char *text);

#endif
