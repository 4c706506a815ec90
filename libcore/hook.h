/* hook.h - the mount and umount strings of uWSGI's hooks
 *
 * SPDX-License-Identifier: 0BSD
 *
 *	mount:TYPE WHAT WHERE [FLAG,FLAG...] [DATA]
 *	umount:WHERE [FLAG,FLAG...]
 *
 * Flags of mount: bind rec recursive move remount private shared sync dirsync
 * mandlock, rdonly and readonly for ro, and mount(8)'s words (mnt.h); of
 * umount: rec recursive detach force. A space in a path is \040, as in
 * fstab(5).
 */
#ifndef HOOK_H
#define HOOK_H

#include "mnt.h"

struct hook {
	int umount;	   /* it is an umount, */
	int umount_flags;  /* MNT_*, */
	int recursive;	   /* with all that is mounted below */
	unsigned long how; /* MS_MOVE, MS_REMOUNT, MS_PRIVATE ..., or 0 */
	struct mnt mnt;
	const char *where;
	char text[2048]; /* what the pointers point into */
};

/* True if the word is one of them. */
int hook_is(const char *word);
/* Dies on a word that is wrong. */
void hook_parse(struct hook *h, const char *word);
/* Does it. 0, or -1 and errno; then a mount that it made is gone again; log as
 * mnt_make's. */
int hook_act(const struct hook *h, char log[MNT_LOG]);

#endif
