/* helper.h - a process that stays outside of namespaces made by unshare(2)
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Who has left can neither map ids that are not its own nor mount where it came
 * from. A helper, forked before, does both for it, and ends with it.
 */
#ifndef HELPER_H
#define HELPER_H

#include "idmap.h"
#include "ns.h"

struct helper {
	int fd; /* -1: none */
	pid_t pid;
};

/* Forks it. On request it will write the map, and bind the namespaces that have
 * files (persist.h: for_children). Dies. */
void helper_start(struct helper *h, const struct idmap *map,
		  const struct ns_choice *keeps, int for_children);
/* Writes the maps of the calling process; dies, in silence, if the helper
 * failed: it has said why. */
void helper_map(struct helper *h);
/* Binds the calling process's namespaces; the same. */
void helper_keep(struct helper *h);
/* Lets it end, and waits for it if it is our child. */
void helper_end(struct helper *h);

#endif
