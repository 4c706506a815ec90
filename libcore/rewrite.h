/* rewrite.h - another signal, another status: what nsinit makes of them
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef REWRITE_H
#define REWRITE_H

struct rewrite {
	unsigned char sends[65]; /* by the signal that came; 0: none */
	unsigned char ends[256]; /* by the status of the program */
};

/* Everything as it is, but for the words: "SIGNAL=SIGNAL" (0: none) and
 * "STATUS=STATUS"; both lists end with NULL. Dies. */
void rewrite_make(struct rewrite *r, const char *const *signals,
		  const char *const *statuses);

#endif
