/* idmap.h - uid and gid maps of a user namespace
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Source: user_namespaces(7).
 */
#ifndef IDMAP_H
#define IDMAP_H

#include <sys/types.h>

/* One id outside, seen as one inside */
struct idmap {
	int wanted; /* 0: no maps are written */
	uid_t uid, to_uid;
	gid_t gid, to_gid;
};

/* The caller's effective ids, seen as root's (root) or as they are. To be
 * taken before the new user namespace is entered. */
struct idmap idmap_caller(int root);

/* Writes the maps of a child (0: of this process) by /proc, with setgroups(2)
 * denied as an unprivileged map wants it (Linux 3.19). Returns 0; 1 if the
 * child is dead, which its status tells better; -1 after telling what failed
 * and why. */
int idmap_write(pid_t child, const struct idmap *map);

#endif
