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

#include "path.h"

static const char *const read_only[] = {"bus",		 "fs", "irq", "sys",
					"sysrq-trigger", NULL};
static const char *const masked[] = {"acpi",	    "asound", "interrupts",
				     "kcore",	    "keys",   "latency_stats",
				     "sched_debug", "scsi",   "timer_list",
				     "timer_stats", NULL};

static int done(int fd, int failed)
{
	sys_close(fd);
	return failed;
}

/* A read-only copy of the mount, laid over the original. -1, or a descriptor
 * of it */
static int make_read_only(int proc, const char *name, char log[MNT_LOG])
{
	struct mnt m = {.how = MS_REC};

	mnt_options(&m, "ro,nosuid,nodev,noexec", name, MNT_FLAGS);
	return mnt_open(&m, proc, name) ? -1 : mnt_make(&m, proc, name, log);
}

/* The /dev/null outside may not be what it seems. */
static int mask_file(int root, const char *path, char log[MNT_LOG])
{
	const struct mnt null = {.source = "/dev/null"};
	int fd = mnt_make(&null, root, path, log);
	struct stat st;

	if (fd < 0 || (!fstat(fd, &st) && S_ISCHR(st.st_mode) &&
		       st.st_rdev == makedev(1, 3)))
		return fd;
	mnt_undo(fd);
	errno = ENODEV;
	return done(fd, -1);
}

int safe_mask(int root, const char *path, char log[MNT_LOG])
{
	struct mnt empty = {.type = "tmpfs", .source = "tmpfs"};
	int target = path_open(root, path), failed;
	struct stat st;

	*log = 0;
	if (target < 0)
		return -1;
	failed = fstat(target, &st);
	if (done(target, failed))
		return -1;
	if (!S_ISDIR(st.st_mode))
		return mask_file(root, path, log);
	mnt_options(&empty, "ro,nosuid,nodev,noexec,size=4k", path,
		    MNT_FLAGS | MNT_FS);
	return mnt_make(&empty, root, path, log);
}

static int cover(int proc, const char *const *names, const char **failed,
		 char log[MNT_LOG],
		 int (*how)(int proc, const char *name, char log[MNT_LOG]))
{
	for (; *names; names++) {
		int fd = path_open(proc, *names);

		*failed = *names;
		if (fd < 0 && errno == ENOENT)
			continue;
		if (fd < 0)
			return -1;
		close(fd);
		fd = how(proc, *names, log);
		if (fd < 0)
			return -1;
		close(fd);
	}
	return 0;
}

int safe_cover(int proc, const char **failed, char log[MNT_LOG])
{
	return cover(proc, read_only, failed, log, make_read_only) ||
			       cover(proc, masked, failed, log, safe_mask)
		       ? -1
		       : 0;
}
