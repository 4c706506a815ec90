/* tree.c - a mount and all that is mounted below it
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "tree.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <unistd.h>

#include "fmt.h"
#include "mountinfo.h"
#include "sys.h"

/* One walk of mountinfo: the last mount at or below the mount of this id, which
 * is on top of the others there; "" if it is gone. 0, or -1 and errno. */
static int last_below(int64_t id, char *found, size_t size)
{
	char top[PATH_MAX] = "";
	struct mountinfo m;

	*found = 0;
	if (mountinfo_open(&m))
		return -1;
	while (mountinfo_next(&m)) {
		if (m.id == id)
			fmt_str(top, sizeof(top), "%s", m.point);
		if (*top && mountinfo_is_below(m.point, top))
			fmt_str(found, size, "%s", m.point);
	}
	mountinfo_close(&m);
	return 0;
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
		if (umount2(point, flags | UMOUNT_NOFOLLOW))
			return -1;
	}
}

/* Walks mountinfo for the mount of this id; or, with a point, for one that is
 * mounted on it right there. Its parent, or -1. */
static int64_t look_up(int64_t id, const char *point)
{
	struct mountinfo m;
	int64_t parent = -1;

	if (mountinfo_open(&m))
		return -1;
	while (parent < 0 && mountinfo_next(&m))
		if (point ? m.parent == id && !strcmp(m.point, point)
			  : m.id == id)
			parent = m.parent;
	mountinfo_close(&m);
	return parent;
}

static int is_inside(int64_t id, int64_t top)
{
	for (int64_t last = -1; id >= 0 && id != last; id = look_up(id, NULL)) {
		if (id == top)
			return 1;
		last = id;
	}
	return 0;
}

static int act_on(const struct mountinfo *m, int64_t top,
		  int (*act)(int fd, void *data), void *data)
{
	char point[PATH_MAX];
	int64_t id = m->id;
	int fd, failed;

	if (fmt_str(point, sizeof(point), "%s", m->point))
		return -1;
	fd = sys_open(AT_FDCWD, point, O_PATH | O_NOFOLLOW, 0);
	if (fd >= 0 && sys_mount_id(fd, "") == id) {
		failed = act(fd, data);
	} else {
		failed = is_inside(id, top) && look_up(id, point) < 0;
		errno = EBUSY;
	}
	sys_close(fd);
	return failed ? -1 : 0;
}

int tree_each(int fd, int (*act)(int fd, void *data), void *data)
{
	int64_t top = sys_mount_id(fd, "");
	char path[PATH_MAX] = "";
	struct mountinfo m;
	int failed = top < 0 || act(fd, data) || mountinfo_open(&m) ? -1 : 0;

	if (failed)
		return failed;
	while (!*path && mountinfo_next(&m))
		if (m.id == top)
			fmt_str(path, sizeof(path), "%s", m.point);
	mountinfo_close(&m);
	if (mountinfo_open(&m))
		return -1;
	while (!failed && mountinfo_next(&m))
		if (m.id != top && mountinfo_is_below(m.point, path))
			failed = act_on(&m, top, act, data);
	mountinfo_close(&m);
	return failed;
}
