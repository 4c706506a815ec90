/* pty.h - a terminal of its own for the jail
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef PTY_H
#define PTY_H

/* Makes a pseudo-terminal and forks. The parent keeps the caller's terminal,
 * relays between the two and ends as the child ended. The child goes on as the
 * leader of a new session, which has the slave as its controlling terminal and
 * as 0, 1 and 2. Dies. */
void pty_fork(void);

/* Makes the group of this process, which it leads from now on, the foreground
 * of the controlling terminal (0): then ^Z works, because a parent in another
 * group of the session can continue it. Dies. */
void pty_foreground(void);

#endif
