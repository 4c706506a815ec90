/* ownfs.h - file systems that show a new namespace
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef OWNFS_H
#define OWNFS_H

/* Mounts a new proc on dir, which need not be a mount point. shared: mounts of
 * this namespace may propagate, this one must not. Dies. */
void ownfs_proc(const char *dir, int shared);

/* The same of binfmt_misc, Linux 6.7 in a user namespace. */
void ownfs_binfmt(const char *dir, int shared);
/* Registers an interpreter (":name:type:offset:magic:mask:interpreter:flags")
 * with the binfmt_misc on dir. Dies. */
void ownfs_register(const char *dir, const char *interpreter);

#endif
