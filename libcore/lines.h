/* lines.h - read a small file line by line
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef LINES_H
#define LINES_H

#include <stddef.h>

#define LINES_SIZE 1024

struct lines {
	int fd;
	size_t n, used;
	char buf[LINES_SIZE];
};

/* Takes the descriptor, which may be -1: then there are no lines. */
void lines_begin(struct lines *l, int fd);
/* The next line, without its end, good until the next call; NULL at the end
 * of the file. A line that is too long for the buffer is passed over whole. */
char *lines_next(struct lines *l);
/* Closes the descriptor. */
void lines_end(struct lines *l);

#endif
