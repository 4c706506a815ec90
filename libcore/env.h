/* env.h - the environment that a program gets
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef ENV_H
#define ENV_H

#include <sys/types.h>

/* Removes all variables but those named in the list, with commas between. */
void env_keep_only(const char *list);
/* Takes that of process pid in its place. 0, or -1 and errno. */
int env_take(pid_t pid);

#endif
