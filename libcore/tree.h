/* tree.h - a mount and all that is mounted below it
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef TREE_H
#define TREE_H

/* Unmounts what is mounted on where, the deepest first, as /proc/self/mountinfo
 * has it; flags: MNT_FORCE, or MNT_DETACH, which takes all at once. 0, or -1
 * and errno (EINVAL: not a mount point); then some may be gone. */
int tree_umount(const char *where, int flags);

#endif
