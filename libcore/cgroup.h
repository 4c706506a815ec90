/* cgroup.h - into a cgroup
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Source: cgroups(7); a cgroup is its directory.
 */
#ifndef CGROUP_H
#define CGROUP_H

#include <sys/types.h>

/* Moves process pid into the cgroup of the directory. 0, or -1 and errno. */
int cgroup_move(int dir, pid_t pid);

/* Enters the cgroup (v2) of the process of pidfd (-1: of pid), which must lie in
 * our cgroup namespace. Dies. */
void cgroup_join(int pidfd, pid_t pid);

#endif
