/* tree.c - a mount and all that is mounted below it
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fmt.h"
#include "sys.h"

#define LINE_SIZE (3 * PATH_MAX)

/* The lines of a file, one at a time; a longer one is an error. */
struct lines {
	int fd;
	size_t n, used;
	char buf[LINE_SIZE];
};

/* NULL at the end, or with errno. */
static char *next_line(struct lines *l)
{
	for (;;) {
		char *line = l->buf + l->used;
		char *end = memchr(line, '\n', l->n - l->used);
		ssize_t got;

		if (end) {
			*end = 0;
			l->used = end + 1 - l->buf;
			return line;
		}
		l->n -= l->used;
		memmove(l->buf, line, l->n);
		l->used = 0;
		got = read(l->fd, l->buf + l->n, sizeof(l->buf) - l->n);
		if (got <= 0) {
			errno = got ? errno : 0;
			return NULL;
		}
		l->n += got;
	}
}

/* The fifth field of a line of mountinfo: the mount point, escaped */
static char *mount_point(char *line)
{
	char *save;
	char *field = strtok_r(line, " ", &save);

	for (int i = 0; i < 4 && field; i++)
		field = strtok_r(NULL, " ", &save);
	return field;
}

static int is_below(const char *path, const char *top)
{
	size_t n = strlen(top);

	n -= n == 1; /* of "/", nothing: all is below it */
	return !strncmp(path, top, n) && (!path[n] || path[n] == '/');
}

/* One walk of mountinfo: the last mount at or below the mount of this id, which
 * is on top of the others there. 0, or -1 and errno. */
static int last_below(int64_t id, char *found, size_t size)
{
	struct lines l = {
		.fd = sys_open(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY, 0)};
	char top[PATH_MAX] = "", *line, *point;

	*found = 0;
	if (l.fd < 0)
		return -1;
	while ((line = next_line(&l))) {
		int is_top = strtoll(line, NULL, 10) == id;

		point = mount_point(line);
		if (is_top && point)
			fmt_str(top, sizeof(top), "%s", point);
		if (*top && point && is_below(point, top))
			fmt_str(found, size, "%s", point);
	}
	close(l.fd);
	return 0;
}

void tree_unescape(char *text)
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

int tree_first_below(const char *path, char *found, size_t size)
{
	struct lines l = {
		.fd = sys_open(AT_FDCWD, "/proc/self/mountinfo", O_RDONLY, 0)};
	int none = -1;
	char *line;

	while (l.fd >= 0 && none && (line = next_line(&l))) {
		char *point = mount_point(line);

		if (!point)
			break;
		tree_unescape(point);
		if (is_below(point, path) && strcmp(point, path))
			none = fmt_str(found, size, "%s", point);
	}
	if (l.fd >= 0)
		close(l.fd);
	return none;
}

int tree_umount(const char *where, int flags)
{
	char parent[PATH_MAX], point[PATH_MAX];
	int64_t id = sys_mount_id(AT_FDCWD, where);

	if (id < 0 || fmt_str(parent, sizeof(parent), "%s/..", where))
		return -1;
	errno = EINVAL;
	if (sys_mount_id(AT_FDCWD, parent) == id)
		return -1;
	if (flags & MNT_DETACH)
		return umount2(where, flags);
	for (;;) {
		if (last_below(id, point, sizeof(point)))
			return -1;
		if (!*point)
			return 0;
		tree_unescape(point);
		if (umount2(point, flags | UMOUNT_NOFOLLOW))
			return -1;
	}
}
