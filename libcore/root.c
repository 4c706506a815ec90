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
#include "ns.h"
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
	const char *tree = put_old			    ? new_root
			   : sys_getcwd(path, sizeof(path)) ? NULL
							    : path;

	if (!tree || mount(tree, tree, NULL, MS_BIND | MS_REC, NULL))
		return -1;
	/* EINVAL: in a chroot "/" is no mount point. */
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL) &&
	    errno != EINVAL)
		return -1;
	return put_old ? 0 : chdir(tree);
}

/* And our root to be that of the namespace, which in a chroot it is not. */
static int leave_chroot(void)
{
	return ns_true_root() || mount("none", "/", NULL, MS_REC | MS_PRIVATE,
				       NULL)
		       ? -1
		       : 0;
}

static int is_refused(void)
{
	return errno == EINVAL || errno == EBUSY;
}

static int pivot_or_cure(const char *new_root, const char *put_old)
{
	if (!put_old && chdir(new_root))
		return -1;
	if (!pivot(new_root, put_old))
		return 0;
	if (!is_refused() || cure(new_root, put_old))
		return -1;
	if (!pivot(new_root, put_old))
		return 0;
	if (!is_refused() || put_old || leave_chroot())
		return -1;
	return pivot(new_root, put_old);
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

	if (pivot_or_cure(new_root, put_old))
		die("pivot_root '%s'%s%s%s%s: %m%s", new_root,
		    put_old ? " " : "", quote, old, quote,
		    why_pivot(why, new_root, put_old));
	if (!put_old && drop_old())
		die("detach the old root: %m");
}
