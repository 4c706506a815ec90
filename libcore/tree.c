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
