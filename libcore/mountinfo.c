/* mountinfo.c - read /proc/self/mountinfo
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "mountinfo.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "num.h"
#include "sys.h"

int mountinfo_open(struct mountinfo *m)
{
	m->n = m->used = 0;
	m->fd = sys_open(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY, 0);
	return m->fd < 0 ? -1 : 0;
}

void mountinfo_close(struct mountinfo *m)
{
	if (m->fd >= 0)
		close(m->fd);
}

/* NULL at the end */
static char *next_line(struct mountinfo *m)
{
	for (;;) {
		char *line = m->buf + m->used;
		char *end = memchr(line, '\n', m->n - m->used);
		ssize_t got;

		if (end) {
			*end = 0;
			m->used = end + 1 - m->buf;
			return line;
		}
		m->n -= m->used;
		memmove(m->buf, line, m->n);
		m->used = 0;
		got = read(m->fd, m->buf + m->n, sizeof(m->buf) - m->n);
		if (got <= 0)
			return NULL;
		m->n += got;
	}
}

/* 36 35 98:0 /mnt1 /mnt2 rw,noatime shared:1 - ext3 /dev/root rw,errors=... */
int mountinfo_next(struct mountinfo *m)
{
	char *line = next_line(m), *save, *field;
	const char *at = line;
	uint64_t id;

	if (!line)
		return 0;
	if (num_take(&at, 10, &id))
		return 0;
	m->id = id;
	m->parent = m->shared = 0;
	field = strtok_r(line, " ", &save);
	for (int i = 0; field && strcmp(field, "-"); i++) {
		if (i == 1)
			at = field;
		if (i == 1 && !num_take(&at, 10, &id))
			m->parent = id;
		if (i == 4)
			m->point = field;
		if (i > 5 && !strncmp(field, "shared:", 7))
			m->shared = 1;
		field = strtok_r(NULL, " ", &save);
	}
	if (!field)
		return 0;
	mountinfo_unescape(m->point);
	return 1;
}

int mountinfo_is_below(const char *point, const char *path)
{
	size_t n = strlen(path);

	n -= n == 1; /* of "/", nothing: all is below it */
	return !strncmp(point, path, n) && (!point[n] || point[n] == '/');
}

void mountinfo_unescape(char *text)
{
	char *to = text;

	for (const char *c = text; *c; to++) {
		if (c[0] == '\\' && c[1] >= '0' && c[1] <= '3' && c[2] >= '0' &&
		    c[2] <= '7' && c[3] >= '0' && c[3] <= '7') {
			*to = (c[1] - '0') << 6 | (c[2] - '0') << 3 |
			      (c[3] - '0');
			c += 4;
		} else {
			*to = *c++;
		}
	}
	*to = 0;
}
