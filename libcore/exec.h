/* exec.h - execute a program as a shell would
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef EXEC_H
#define EXEC_H

/* As execvp(3), whose promise for scripts without #! musl does not keep: they
 * run by /bin/sh, for which argv[0] and argv[-1] are overwritten. Returns only
 * on error: 126 (found, cannot be run) or 127 (not found), and errno. */
int exec_program(char **argv);

#endif
