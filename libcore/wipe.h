/* wipe.h - give the memory of an initramfs back
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef WIPE_H
#define WIPE_H

/* The file system of dir is one that lives in memory: ramfs (rootfs is one of
 * them) or tmpfs. */
int wipe_is_memory(int dir);

/* Removes all that is below dir, an open directory, and on its mount: what is
 * mounted below stays, and symlinks are not followed. What cannot be removed
 * stays without a word. Does nothing unless wipe_is_memory(). */
void wipe_below(int dir);

#endif
