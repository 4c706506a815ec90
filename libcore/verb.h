/* verb.h - the verbs of nsmount
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef VERB_H
#define VERB_H

#include "step.h"

#define VERB_LIST (-1) /* operands: as many as there are, up to `--` */

/* At work on a step: where, and what is known of a failure */
struct work {
	struct step *s;
	int root;	  /* as path.h has it */
	int opening;	  /* the source; the target was not looked at yet */
	const char *part; /* of a dev or a safe proc: what failed */
	char log[MNT_LOG];
};

/* The operands are [TYPE] [SOURCE] TARGET, as many as there are. */
struct verb {
	char name[12]; /* with one operand to mount: the type, too */
	signed char operands;
	unsigned char takes; /* of -o: MNT_* */
	unsigned char kind;
	unsigned int how;	    /* MS_*, S_IF* */
	int (*act)(struct work *w); /* 0, or -1 and errno */
};

/* kind */
enum {
	VERB_MOUNTS = 1, /* it makes a mount of its name, or of fs TYPE, */
	VERB_BINDS = 2,	 /* or of what a source is */
	VERB_UNDONE = 4, /* what it makes can be taken away again */
	VERB_UMOUNTS = 8,
};

/* NULL: there is none. */
const struct verb *verb_find(const char *name);
/* All names, into buf */
#define VERB_NAMES 320
const char *verb_names(char buf[VERB_NAMES]);

#endif
