/* root.c - make a tree the root
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "root.h"

#include <errno.h>
#include <limits.h>
#include <stddef.h>
#include <unistd.h>

#include "err.h"
#include "sys.h"
#include "why.h"

/* In new_root: one and the same directory, so the old root is stacked on the
 * new. */
static int pivot(const char *new_root, const char *put_old)
{
	if (!put_old)
		return sys_pivot_root(".", ".");
	return sys_pivot_root(new_root, put_old) ? -1 : chdir("/");
}

/* What the kernel wants of new_root: to be a mount point, below a parent that
 * does not propagate. "." is below the new mount until it is named again. */
static int cure(const char *new_root, const char *put_old)
{
	char path[PATH_MAX];
	const char *tree = put_old ? new_root : getcwd(path, sizeof(path));

	if (!tree || mount(tree, tree, NULL, MS_BIND | MS_REC, NULL) ||
	    mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	return put_old ? 0 : chdir(tree);
}

/* Two mounts may have been stacked on "/", and one umount leaves the rest of
 * the host over the new root: paths do not show it, "/.." walks onto it. */
static int drop_old(void)
{
	int64_t root;

	if (umount2(".", MNT_DETACH) || chdir("/"))
		return -1;
	root = sys_mount_id(-1, "/");
	if (root < 0)
		return -1;
	for (;;) {
		int64_t above = sys_mount_id(-1, "/..");

		if (above < 0)
			return -1;
		if (above == root)
			return 0;
		if (umount2("/..", MNT_DETACH))
			return -1;
	}
}

void root_pivot(const char *new_root, const char *put_old)
{
	const char *quote = put_old ? "'" : "", *old = put_old ? put_old : "";
	char why[WHY_SIZE];

	if ((!put_old && chdir(new_root)) ||
	    (pivot(new_root, put_old) &&
	     ((errno != EINVAL && errno != EBUSY) || cure(new_root, put_old) ||
	      pivot(new_root, put_old))))
		die("pivot_root '%s'%s%s%s%s: %m%s", new_root,
		    put_old ? " " : "", quote, old, quote,
		    why_pivot(why, new_root, put_old));
	if (!put_old && drop_old())
		die("detach the old root: %m");
}
