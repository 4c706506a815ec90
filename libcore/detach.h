/* detach.h - give the shell back when the jail stands
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef DETACH_H
#define DETACH_H

/* Forks. The child goes on, in a session of its own, with /dev/null as stdin
 * and output (a file, appended to; NULL: /dev/null) as stdout, later as stderr,
 * too; the descriptor that it returns is for its report. The parent waits until the
 * program runs, prints what the report said by then and ends with 0; or it ends
 * as the child ended. Dies. */
int detach(const char *output);

#endif
