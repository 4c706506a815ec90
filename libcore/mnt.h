/* mnt.h - mount words -> struct -> kernel
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef MNT_H
#define MNT_H

#include "sys.h"

#define MNT_DATA 1024

/* One mount to be made */
struct mnt {
	const char *type;    /* file system, or NULL for a bind */
	const char *source;  /* of a bind: what is bound */
	int recursive;	     /* a bind with all that is mounted below */
	unsigned long flags; /* MS_* that were asked for, */
	uint64_t attr_set;   /* the same as MOUNT_ATTR_*, */
	uint64_t attr_clear; /* and those to be taken away */
	int safe;	     /* a proc: safe.h is wanted */
	char data[MNT_DATA]; /* the file system's own options, with commas */
};

/* Adds the words of "ro,nosuid,size=1m" (fstab(5), mount(8)) to m. A word that
 * is no mount flag is the file system's; "safe" of a proc is ours. Dies on one that cannot be. */
void mnt_options(struct mnt *m, const char *list);

/* True of a word that stands for a mount flag, not for the file system. */
int mnt_is_flag(const char *word);

/* Flags of umount2(2) for the words of "detach,force". Dies on others. */
int mnt_umount_options(const char *list);

/* mount(2) on a path. A bind gets its attributes at once or is taken away
 * again: of a recursive one all below has them too (Linux 5.12). 0, or -1 and
 * errno. */
int mnt_mount(const struct mnt *m, const char *target);

/* The same on a descriptor (O_PATH), by the mount API of Linux 5.2: detached
 * first, attached when it is whole. Before 5.2, or where those calls are
 * forbidden, by mount(2) on /proc/self/fd/N. 0, or -1 and errno. */
int mnt_attach(const struct mnt *m, int target);

/* Takes away again, lazily, what was just mounted on target, below root as
 * path.h has it. errno is kept. */
void mnt_undo(int root, const char *target);

/* umount2(2) of what is mounted on name, no symlink, in the directory dir;
 * flags: MNT_DETACH, MNT_FORCE. 0, or -1 and errno. The working directory is
 * kept. */
int mnt_umount(int dir, const char *name, int flags);

#endif
