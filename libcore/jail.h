/* jail.h - the namespaces of a process, held open, and its limits
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef JAIL_H
#define JAIL_H

#include <sys/types.h>

#include "limit.h"
#include "ns.h"

struct jail {
	int fd[NS_KINDS]; /* by the row of ns_table; -1: none */
	int known;	  /* limits are */
	struct limits limits;
};

/* No namespace, no limits */
void jail_clear(struct jail *j);
/* Opens the namespaces of kinds of process pid, by its pidfd (Linux 6.11), else
 * /proc/PID/ns. A kind that this kernel lacks is left out. 0, or -1 and errno;
 * then none is open. */
int jail_open(struct jail *j, pid_t pid, int kinds);
/* That of one row; -1 and errno, EOPNOTSUPP if this kernel lacks the kind. */
int jail_open_one(pid_t pid, const struct ns *ns);
/* Reads the limits of process pid from /proc. 0, or -1 and errno. */
int jail_read_limits(struct jail *j, pid_t pid);
/* Closes those of kinds. */
void jail_close(struct jail *j, int kinds);
/* The kinds that are open */
int jail_kinds(const struct jail *j);

/* Enters all of them with setns(2), in the order that their owners demand: user
 * namespaces from ours down to the jail's, in each what it owns. Those that
 * this process is in already are left out. Returns the kinds entered; a pid
 * namespace is with the next fork only. Dies; nothing is open afterwards. */
int jail_enter(struct jail *j);

#endif
