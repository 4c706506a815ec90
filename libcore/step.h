/* step.h - one mount, or what belongs to it, as nsmount's words have it
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef STEP_H
#define STEP_H

#include "mnt.h"

struct step {
	const struct verb *verb;
	struct mnt mnt;
	const char *target;
	const char *root;  /* the target is below it, or NULL */
	int umount;	   /* MNT_* */
	unsigned int line; /* of a plan, or 0 */
	int fd;		   /* of the mount that was made; 0: none */
	int made;	   /* words of the target that were made */
	char skip;	   /* its source is missing, and may be */
};

/* A step of the verb; operand[]: as many as it has (of a list: one); options
 * and root may be NULL. Dies on what is wrong in the words. */
void step_set(struct step *s, const struct verb *verb, char **operand,
	      const char *options, const char *root);

/* Dies if m wants what an unborn pid namespace forbids. */
void step_check(const struct mnt *m);

/* What can be done before any mount: opens the source of a bind, looks for that
 * of a file system, makes the user namespace of an idmap. 0, or -1 when it has
 * told why. */
int step_open(struct step *s);
/* Does it; opens first what is not opened yet. 0, or -1 when it has told why;
 * then its own half is undone. */
int step_act(struct step *s);
/* Takes away again what step_act made. */
void step_undo(struct step *s);
/* Closes what it holds. */
void step_close(struct step *s);

#endif
