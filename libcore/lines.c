/* lines.c - read a small file line by line
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "lines.h"

#include <string.h>
#include <unistd.h>

void lines_begin(struct lines *l, int fd)
{
	l->fd = fd;
	l->n = l->used = 0;
}

void lines_end(struct lines *l)
{
	if (l->fd >= 0)
		close(l->fd);
}

/* More bytes behind those not used yet. False at the end of the file. */
static int fill(struct lines *l)
{
	ssize_t got;

	l->n -= l->used;
	memmove(l->buf, l->buf + l->used, l->n);
	l->used = 0;
	got = l->fd < 0 ? 0 : read(l->fd, l->buf + l->n, LINES_SIZE - 1 - l->n);
	if (got > 0)
		l->n += got;
	return got > 0;
}

char *lines_next(struct lines *l)
{
	int whole = 1;

	for (;;) {
		char *line = l->buf + l->used;
		char *end = memchr(line, '\n', l->n - l->used);

		if (!end && l->n - l->used == LINES_SIZE - 1) {
			l->used = l->n;
			whole = 0;
		}
		if (!end && fill(l))
			continue;
		if (!end && l->n == l->used)
			return NULL;
		line = l->buf + l->used;
		if (!end) /* the last one has none */
			end = l->buf + l->n;
		*end = 0;
		l->used = end - l->buf + (end < l->buf + l->n);
		if (whole)
			return line;
		whole = 1;
	}
}
