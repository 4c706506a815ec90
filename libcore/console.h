/* console.h - a terminal for a new session
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef CONSOLE_H
#define CONSOLE_H

/* Makes this process the leader of a new session, the terminal at the path its
 * controlling one, and its 0, 1 and 2. Refuses one that is another session's
 * (tty_ioctl(4), TIOCSCTTY). Dies. */
void console_take(const char *path);

#endif
