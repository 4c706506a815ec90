/* root.h - make a tree the root
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef ROOT_H
#define ROOT_H

/* Makes new_root, a directory, the root of this mount namespace and the
 * working directory. put_old: a directory at or below new_root where the old
 * tree goes, or NULL: it is detached, and nothing of it is left in the
 * namespace. What pivot_root(2) refuses and can be cured is cured: new_root
 * that is no mount point, a parent with shared propagation, and (without
 * put_old) a chroot. Dies. */
void root_pivot(const char *new_root, const char *put_old);

#endif
