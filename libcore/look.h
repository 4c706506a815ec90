/* look.h - how the machine is, for who wants to say why something failed
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Each is true, or says something, only of what was seen; where it cannot be
 * seen (no /proc, no permission) it is false or empty.
 */
#ifndef LOOK_H
#define LOOK_H

#include <stddef.h>
#include <stdint.h>

/* The first bytes of a small file, in buf, which is returned; "" if none */
const char *look_slurp(const char *path, char *buf, size_t size);
/* Its first line is value. */
int look_says(const char *path, const char *value);
/* CAP_SYS_ADMIN is in the effective set. */
int look_is_admin(void);
int look_is_missing(const char *path);
int look_is_directory(const char *path);
int look_is_mount_point(const char *path);
/* "/" is no mount point: only chroot(2) makes it so. */
int look_is_chrooted(void);
/* path is "/", and not only the same directory mounted twice. */
int look_is_root(const char *path);
/* "/" has no parent mount: the initramfs, before Linux 7.0. */
int look_is_initramfs(void);
/* The mount that path lies on propagates to its peers. */
int look_is_shared(const char *path);
/* The first mount below the directory path (absolute, without links) and not on
 * it, into found */
int look_first_below(const char *path, char *found, size_t size);
/* The directory path is top or lies below it; also if that cannot be told. */
int look_is_below(const char *path, const char *top);
/* A seccomp filter is in force on this process. */
int look_is_filtered(void);
/* This Linux is older than that. */
int look_is_before(unsigned int major, unsigned int minor);
/* What keeps the mount of this id busy, as " (...)": a mount on it, or the first
 * process found in it */
void look_holder(char *buf, size_t size, int64_t id);

#endif
