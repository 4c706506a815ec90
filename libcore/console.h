/* console.h - a terminal for a new session
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef CONSOLE_H
#define CONSOLE_H

#include <sys/types.h>

/* Makes this process the leader of a new session, the terminal at the path its
 * controlling one, and its 0, 1 and 2. Refuses one that is another session's
 * (tty_ioctl(4), TIOCSCTTY). Dies. */
void console_take(const char *path);

/* A process group of its own for this process, and the terminal for it if the
 * group that it leaves has it. (Where that is numbered outside of the pid
 * namespace nobody can tell: it stays with who has it.) 0, or -1 and errno. */
int console_group(void);
/* Gives the terminal to the group if that of this process has it. */
void console_lend(pid_t group);
/* Takes it back from the group. */
void console_return(pid_t group);

#endif
