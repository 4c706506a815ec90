/* handout.h - the life of who serves a jail
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef HANDOUT_H
#define HANDOUT_H

#include "cap.h"
#include "server.h"
#include "stay.h"

/* What it keeps: to remove the socket wherever it could be bound */
#define HANDOUT_CAPS CAPS_DAC_OVERRIDE

/* The parent of a step that was forked (stay.h): serves the jail of who says
 * hello; preopen: this process's own namespaces. Ends as the child ends; hold:
 * it serves on then. */
_Noreturn void handout_step(struct stay *s, struct server *sv, int preopen,
			    int hold);

/* Serves until the process pid (0: none) ends, then ends with 0, or until
 * signalfd tells a signal that ends it. */
_Noreturn void handout_until(struct server *sv, int sigfd, pid_t pid);

#endif
