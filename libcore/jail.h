/* jail.h - what a process stands in, held open, and its limits
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef JAIL_H
#define JAIL_H

#include <sys/types.h>

#include "limit.h"
#include "ns.h"

/* Descriptors of a jail: by the row of ns_table, then its root and working
 * directory (O_PATH), and a pidfd of the process. */
enum { JAIL_ROOT = NS_KINDS, JAIL_CWD, JAIL_PIDFD, JAIL_FDS };
/* As bits of a set, beside CLONE_NEW*: 1, 2, 4 */
#define JAIL_BIT(row) (1 << ((row)-NS_KINDS))
#define JAIL_ALL      (NS_ALL | 7)

struct jail {
	int fd[JAIL_FDS]; /* -1: none */
	int known;	  /* limits are */
	struct limits limits;
};

/* The bit of a row; its name ("mnt", "root"), 8 bytes, the rest of them NUL */
int jail_bit(int row);
const char *jail_name(int row);

/* No descriptor, no limits */
void jail_clear(struct jail *j);
/* Opens those of kinds of process pid, namespaces by its pidfd (Linux 6.11),
 * else in /proc, which need not be mounted for root (proc.h). A kind that this
 * kernel lacks is left out; so are root and working directory without procfs. 0,
 * or -1 and errno; then none is open. */
int jail_open(struct jail *j, pid_t pid, int kinds);
/* The same. Dies. */
void jail_must_open(struct jail *j, pid_t pid, int kinds);
/* Dies unless these kinds of namespaces are there. */
void jail_must_have(const struct jail *j, int kinds);
/* That of one row; -1 and errno, EOPNOTSUPP if this kernel lacks the kind. */
int jail_open_one(pid_t pid, const struct ns *ns);
/* Opens files as namespaces of their kind; those of c that have none are left
 * alone. Dies on a file that is none. */
void jail_open_files(struct jail *j, const struct ns_choice *c);
/* Takes a descriptor as a namespace of whatever kind it is, unless there is one
 * of it. Returns the row; -1 and errno: it is no namespace. */
int jail_take(struct jail *j, int fd);
/* Reads the limits of process pid from procfs. 0, or -1 and errno. */
int jail_read_limits(struct jail *j, pid_t pid);
/* Closes those of kinds. */
void jail_close(struct jail *j, int kinds);
/* The kinds of namespaces that are open */
int jail_kinds(const struct jail *j);
/* True if both are the same file. */
int jail_is_same(int fd, int other);

/* Enters all namespaces with setns(2), in the order that their owners demand:
 * user namespaces from ours down to the jail's, in each what it owns. Those that
 * this process is in already are left out. Then the root and the working
 * directory, if they are open. Returns the kinds entered; a pid namespace is with
 * the next fork only. Dies; nothing but a pidfd is open afterwards. */
int jail_enter(struct jail *j);

#endif
