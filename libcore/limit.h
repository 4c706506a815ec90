/* limit.h - what the program of a jail may do at most
 *
 * SPDX-License-Identifier: 0BSD
 *
 * The last process of a jail tells its limits to the parent that serves its
 * namespaces; who joins takes them on.
 */
#ifndef LIMIT_H
#define LIMIT_H

#include <stdint.h>

struct limits {
	uint64_t bounding;     /* capability bounding set: bit N is number N */
	uint32_t uid, gid;     /* as its own user namespace numbers them */
	uint32_t no_new_privs; /* 0 or 1 (prctl(2), PR_SET_NO_NEW_PRIVS) */
	uint32_t seccomp; /* the mode: 0, or 2 where a filter is in force */
};

/* This process's. 0, or -1 and errno. */
int limit_own(struct limits *l);

/* Takes on the bounding set, no supplementary groups (where this process may
 * set them), gid, uid, no_new_privs; keeps no capability outside of the
 * bounding set; reads everything back. 0, or -1 and errno. */
int limit_take(const struct limits *l);

#endif
