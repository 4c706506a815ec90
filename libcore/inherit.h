/* inherit.h - the descriptors that a program gets
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef INHERIT_H
#define INHERIT_H

/* Only 0, 1, 2 and the n of keep go on to the program. tells: a warning for each
 * other one that would have been a way out: a directory, a namespace, a block
 * device, a socket. Dies. */
void inherit_only(const int *keep, int n, int tells);
/* The option's descriptor must be open, and the caller's (-1: not
 * given). Dies. */
void inherit_check(const char *option, int fd);

#endif
