/* path.h - resolution that cannot leave a root
 *
 * SPDX-License-Identifier: 0BSD
 *
 * root is a directory descriptor (O_PATH will do), or AT_FDCWD for no root:
 * then paths mean what they mean to the kernel. Below a root, "/" and ".." end
 * there whatever symlinks the tree holds, and magic links are none. Linux 5.6
 * does it (openat2, RESOLVE_IN_ROOT); before, or where that call is forbidden,
 * a walk with O_PATH.
 */
#ifndef PATH_H
#define PATH_H

#include <sys/types.h>

/* The directory that ROOT names, O_PATH. -1 and errno. */
int path_root(const char *root);
/* The object that path names, O_PATH, symlinks followed. -1 and errno. */
int path_open(int root, const char *path);
/* The directory that holds the last word of path, O_PATH, and that word (not
 * "", "." or "..") in name. -1 and errno; EINVAL: no such last word. */
int path_parent(int root, const char *path, char *name, size_t size);
/* Makes what path names, and the directories above it that are missing, as
 * mkdir -p does: mode is that of the last, S_IFDIR or S_IFREG and its bits; with
 * link a symlink with that text. One that is there already is fine. How many
 * were made, or -1 and errno (EINVAL: "." or ".." behind a missing one); then
 * none is left. */
int path_make(int root, const char *path, mode_t mode, const char *link);
/* Removes the last n words of path that were made. errno is kept. */
void path_unmake(int root, const char *path, int n);

#endif
