/* plan.h - steps of nsmount, many at once: all or none
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A file has one step a line: words between spaces or tabs, \NNN for a byte
 * (\040 a space), # for a comment line. Or the lines of fstab(5): noauto and
 * swap are passed over, and so are x-..., _netdev, auto, nouser.
 */
#ifndef PLAN_H
#define PLAN_H

#include "step.h"

#define PLAN_WORDS 256		/* a line has fewer, */
#define PLAN_BYTES (64UL << 20) /* and a plan not more */

struct plan {
	const char *file; /* "-" is standard input; NULL: words only */
	char *text;
	size_t size, at;
	unsigned int line;
	struct step *steps; /* one, or in a mapping */
	unsigned int n;
	struct step one;
};

/* room: for so many steps, if there is no file. Dies. */
void plan_begin(struct plan *p, const char *file, unsigned int room);
/* Reads the file. Dies. */
void plan_load(struct plan *p);
/* The words of the next line that has some, as words of nsmount; messages name
 * the line from now on. 0: there is none. Dies. */
int plan_line(struct plan *p, char *words[PLAN_WORDS], int fstab);
/* One more step, to be set */
struct step *plan_add(struct plan *p);
/* Of the step just added: a namespace that lives on lets only those be that can
 * be taken away again. Dies. */
void plan_check(const struct plan *p);
/* Opens all sources, a source at or below an earlier target (by its name) in
 * its turn; then acts. When one fails all are taken away again; dies. */
void plan_act(struct plan *p);

#endif
