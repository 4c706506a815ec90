/* respawn.h - start the rest of the sentence again when it ended
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef RESPAWN_H
#define RESPAWN_H

struct respawn {
	int on_failure; /* only after another status than 0 */
	int unless;	/* a status that ends it, -1: none */
	int most;	/* times at most, -1: no limit */
};

/* Forks. Each child goes on with the rest of the sentence; the parent, which
 * keeps all that it has for the next one, ends as the last one ended: by policy,
 * by TERM, INT or QUIT, or because a jail was not built. HUP ends the present
 * one and starts the next at once. Dies. */
void respawn(const struct respawn *policy);

#endif
