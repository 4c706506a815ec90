/* pty.h - a terminal of its own for the jail
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef PTY_H
#define PTY_H

#include <sys/types.h>

/* Makes a pseudo-terminal and forks twice. The first parent keeps the caller's
 * terminal, relays between the two and ends as the child ended. The second is
 * the leader of a new session. The child goes on as the leader of its foreground
 * group, with the slave as its controlling terminal and as 0 and 1, and later as 2
 * (chain_detaches). Dies. */
void pty_fork(void);

/* Makes process leader, a child that has called setpgid(0, 0) or is about to, or 0
 * for this one, the leader of the foreground group, and this one a member. 0, or
 * -1 and errno. */
int pty_group(pid_t leader);

#endif
