/* root.h - make a tree the root
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef ROOT_H
#define ROOT_H

/* Makes new_root, a directory, the root of this mount namespace and of this
 * process, in a chroot, too. put_old: a directory below new_root where
 * the old tree goes (made if it is missing), or NULL: it is detached, and
 * nothing of it is left in the namespace. The working directory stays if its
 * path is at or below new_root, else it is "/".
 *
 * What pivot_root(2) refuses is cured: new_root that is no mount point or lies
 * below one that covers it, shared propagation, and the initramfs. Before
 * Linux 7.0 that cannot be dropped: new_root is put over it, and true is
 * returned; strict: then it is refused. Dies, with what it made undone. */
int root_pivot(const char *new_root, const char *put_old, int strict);

/* The same in a namespace that others share, the kernel's threads for one: the
 * roots of all move. new_root is a mount point; carried: paths whose mounts go
 * to the same path of it, if it is there, up to NULL. The working directory is
 * "/". Dies. */
void root_switch(const char *new_root, const char *const *carried);

#endif
