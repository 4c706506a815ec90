/* mntold.h - mounts on kernels before 5.2 and 5.12, or where those are forbidden
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef MNTOLD_H
#define MNTOLD_H

#include "mnt.h"

/* As mnt_make, by mount(2), without the flags of a bind; target: path, opened */
int mntold_make(const struct mnt *m, int root, const char *path, int target);
/* The flags of one mount, or all below it, too, by remounts: they are all said
 * at once, those asked for and those it has (in a user namespace these are
 * locked). 0, or -1 and errno. */
int mntold_flags(const struct mnt *m, int fd, int recursive);
/* The words of the file system anew: 0, or -1 and errno. */
int mntold_data(const struct mnt *m, int fd);

#endif
