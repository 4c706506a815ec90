/* env.h - the environment that a program gets
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef ENV_H
#define ENV_H

/* Removes all variables but those named in the list, with commas between. */
void env_keep_only(const char *list);

#endif
