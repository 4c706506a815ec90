/* safe.c - cover what a proc shows of the host
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "safe.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "mnt.h"
#include "path.h"
#include "sys.h"

static const char *const read_only[] = {"bus",		 "fs", "irq", "sys",
					"sysrq-trigger", NULL};
static const char *const masked[] = {"acpi",	    "asound", "interrupts",
				     "kcore",	    "keys",   "latency_stats",
				     "sched_debug", "scsi",   "timer_list",
				     "timer_stats", NULL};

static int done(int fd, int failed)
{
	int err = errno;

	if (fd >= 0)
		close(fd);
	errno = err;
	return failed;
}

/* A read-only copy of the mount, laid over the original */
static int make_read_only(int proc, const char *name, int target)
{
	const struct sys_attr attr = {
		.set = MOUNT_ATTR_RDONLY | MOUNT_ATTR_NOSUID |
		       MOUNT_ATTR_NODEV | MOUNT_ATTR_NOEXEC};
	int tree = sys_open_tree(proc, name,
				 OPEN_TREE_CLONE | AT_RECURSIVE |
					 AT_SYMLINK_NOFOLLOW);

	if (tree < 0)
		return -1;
	return done(tree,
		    sys_mount_setattr(tree, "", AT_EMPTY_PATH | AT_RECURSIVE,
				      &attr) ||
				    sys_move_mount(tree, target)
			    ? -1
			    : 0);
}

/* A directory by an empty tmpfs, a file by the device null */
static int mask(int proc, const char *name, int target)
{
	struct mnt empty = {.type = "tmpfs", .source = "tmpfs"};
	const struct mnt null = {.source = "/dev/null"};
	struct stat st;

	if (fstat(target, &st))
		return -1;
	if (S_ISDIR(st.st_mode)) {
		mnt_options(&empty, "ro,nosuid,nodev,noexec,size=4k");
		return mnt_attach(&empty, target);
	}
	if (mnt_attach(&null, target) || fstatat(proc, name, &st, 0))
		return -1;
	errno = ENODEV; /* the /dev/null outside is not what it seems */
	return S_ISCHR(st.st_mode) && st.st_rdev == makedev(1, 3) ? 0 : -1;
}

static int cover(int proc, const char *const *names, const char **failed,
		 int (*how)(int proc, const char *name, int target))
{
	for (; *names; names++) {
		int target = path_open(proc, *names);

		*failed = *names;
		if (target < 0 && errno == ENOENT)
			continue;
		if (done(target, target < 0 || how(proc, *names, target)))
			return -1;
	}
	return 0;
}

int safe_cover(int root, const char *target, const char **failed)
{
	int proc = path_open(root, target);

	*failed = target;
	return done(proc, proc < 0 ||
					  cover(proc, read_only, failed,
						make_read_only) ||
					  cover(proc, masked, failed, mask)
				  ? -1
				  : 0);
}
