/* tree.h - a mount and all that is mounted below it
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef TREE_H
#define TREE_H

#include <stddef.h>

/* \NNN in a path, as fstab(5) and mountinfo have it, becomes its byte again. */
void tree_unescape(char *text);

/* The first mount that lies below the directory path (absolute, without links)
 * and not on it, into found. 0, or -1: none. */
int tree_first_below(const char *path, char *found, size_t size);

/* Unmounts what is mounted on where, the deepest first, as /proc/self/mountinfo
 * has it; flags: MNT_FORCE, or MNT_DETACH, which takes all at once. 0, or -1
 * and errno (EINVAL: not a mount point); then some may be gone. */
int tree_umount(const char *where, int flags);

#endif
