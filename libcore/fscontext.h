/* fscontext.h - file systems by the mount API of Linux 5.2
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Source: fsopen(2), fspick(2). log is mnt_make's: the kernel's own words.
 */
#ifndef FSCONTEXT_H
#define FSCONTEXT_H

#include "mnt.h"

/* A new mount, not attached: -1 and errno (EXDEV: mount(2) can say what this
 * cannot). */
int fscontext_make(const struct mnt *m, char log[MNT_LOG]);
/* The words of the file system anew on the mount fd; what they leave out stays.
 * By mount(2), where it must be. 0, or -1 and errno. */
int fscontext_again(const struct mnt *m, int fd, char log[MNT_LOG]);

#endif
