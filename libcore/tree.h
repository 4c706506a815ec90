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

/* Acts on the mount fd and on each below it, by descriptors: mount_setattr(2)
 * does it in one call from Linux 5.12 on. One that another covers is passed
 * over: who may uncover it may change it back, too. 0, or -1 and errno (EBUSY:
 * somebody changed the tree under our hands). */
int tree_each(int fd, int (*act)(int fd, void *data), void *data);

#endif
