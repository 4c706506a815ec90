/* mnt.h - mount words -> struct -> kernel
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef MNT_H
#define MNT_H

#include "sys.h"

#define MNT_DATA      4096 /* what mount(2) takes: a page */
#define MNT_LOG	      256
#define MNT_MODE_SAID 010000 /* with mode: the umask takes nothing */

/* Flags that are the super block's, not the mount's */
#define MNT_SUPER (MS_SYNCHRONOUS | MS_DIRSYNC | MS_LAZYTIME | MS_MANDLOCK)

/* One mount to be made or changed */
struct mnt {
	const char *type;    /* file system, or NULL for a bind or a move */
	const char *source;  /* of a bind: what is bound */
	const char *list;    /* the words of -o, or NULL */
	const char *idmap;   /* IN:OUT:N or a file, or NULL */
	unsigned long how;   /* MS_REC: a bind with what is mounted below;
			       MS_MOVE: of a mount that is there */
	unsigned long flags; /* MS_* that were asked for, */
	uint32_t set, named; /* the same as MOUNT_ATTR_*, and what was named */
	unsigned int mode;   /* of the target, if it is to be made; 0: not */
	char safe, try;	     /* a proc: safe.h is wanted; a source may miss */
	char deep, shallow;  /* there were words with, and without, an r */
	char tree;	     /* source_fd is a tree to attach as it is */
	int source_fd;	     /* a bind's source, opened; 0: not yet */
	int userns;	     /* of idmap, opened; 0: none */
};

/* What a verb takes of the words below */
enum {
	MNT_FLAGS = 1, /* ro nosuid noatime ..., */
	MNT_FS = 2,    /* sync, and whatever is the file system's */
	MNT_MAKE = 4,  /* mkdir[=MODE] */
	MNT_TRY = 8,   /* try, nofail */
	MNT_IDMAP = 16,
};

/* Adds the words of "ro,nosuid,size=1m" (fstab(5), mount(8)) to m; verb takes
 * those kinds. Dies on one that it does not, or that contradicts another. */
void mnt_options(struct mnt *m, const char *list, const char *verb, int takes);

/* True of a word that stands for a mount flag, not for the file system. */
int mnt_is_flag(const char *word);

/* The file system's own words of m->list. As a list for mount(2): 0, or -1 and
 * errno. One by one, list as m->list at first: the next with its length, or
 * NULL at the end. */
int mnt_data(const struct mnt *m, char data[MNT_DATA]);
const char *mnt_next(const char **list, size_t *n);

/* Opens a bind's source, path in dir ("": dir itself), as a detached copy
 * (Linux 5.2), or as what is to be moved; before, or where that is forbidden,
 * with O_PATH. 0, or -1 and errno. */
int mnt_open(struct mnt *m, int dir, const char *path);

/* Makes the mount on path below root, as path.h has it: detached first, attached
 * when it is whole, by descriptors only. Before Linux 5.2, or where those calls
 * are forbidden, by mount(2), and what is wanted of it at once or not at all.
 * source_fd is used up. A descriptor (O_PATH) of the mount, or -1 and errno; in
 * log what is known of the cause, with " (" and ")", or "". */
int mnt_make(const struct mnt *m, int root, const char *path,
	     char log[MNT_LOG]);

/* Changes flags or, by MNT_FS words, the file system of the mount fd. 0 or -1,
 * as above. */
int mnt_remount(const struct mnt *m, int fd, char log[MNT_LOG]);

/* mount(2) of these flags on what fd is; 0: takes it away, lazily. By no path
 * that could be another's. 0, or -1 and errno. mnt_undo: 0, with errno kept, and
 * -1 is returned. */
int mnt_call(int fd, unsigned long flags, const char *data);
int mnt_undo(int fd);

/* umount2(2) of what is mounted on name, no symlink, in the directory dir;
 * flags: MNT_DETACH, MNT_FORCE. 0, or -1 and errno. The working directory is
 * kept. */
int mnt_umount(int dir, const char *name, int flags);
/* Flags of umount2(2) for the words of "detach,force". Dies on others. */
int mnt_umount_options(const char *list);

#endif
