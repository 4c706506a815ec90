/* mntold.c - mounts on kernels before 5.2 and 5.12, or where those are forbidden
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "mntold.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "fmt.h"
#include "path.h"
#include "tree.h"

#define ATIMES (MS_NOATIME | MS_RELATIME | MS_STRICTATIME)

/* Linux before 5.10 passes nosymfollow over without a word. */
static int check_symfollow(const struct mnt *m, int fd)
{
	struct statfs fs;

	if (!(m->flags & MS_NOSYMFOLLOW))
		return 0;
	if (fstatfs(fd, &fs))
		return -1;
	errno = EINVAL;
	return fs.f_flags & 0x2000 /* ST_NOSYMFOLLOW */ ? 0 : -1;
}

/* The flags that the mount fd has, as mount(2) wants them */
static int flags_of(int fd, unsigned long *flags)
{
	struct statfs fs;

	if (fstatfs(fd, &fs))
		return -1;
	/* ST_* of statfs(2) are MS_* but for relatime and nosymfollow */
	*flags = fs.f_flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
			       MS_NOATIME | MS_NODIRATIME);
	if (fs.f_flags & 0x1000)
		*flags |= MS_RELATIME;
	if (fs.f_flags & 0x2000)
		*flags |= MS_NOSYMFOLLOW;
	/* Neither of the two: all access times are kept. */
	if (!(*flags & (MS_NOATIME | MS_RELATIME)))
		*flags |= MS_STRICTATIME;
	return 0;
}

static int remount(int fd, void *data)
{
	static const struct {
		uint32_t attr;
		unsigned int flags;
	} fields[] = {
		{MOUNT_ATTR_RDONLY, MS_RDONLY},
		{MOUNT_ATTR_NOSUID, MS_NOSUID},
		{MOUNT_ATTR_NODEV, MS_NODEV},
		{MOUNT_ATTR_NOEXEC, MS_NOEXEC},
		{MOUNT_ATTR_NODIRATIME, MS_NODIRATIME},
		{MOUNT_ATTR_NOSYMFOLLOW, MS_NOSYMFOLLOW},
		{MOUNT_ATTR__ATIME, ATIMES},
	};
	const struct mnt *m = data;
	unsigned long has;

	if (flags_of(fd, &has))
		return -1;
	for (size_t i = 0; i < sizeof(fields) / sizeof(*fields); i++)
		if (m->named & fields[i].attr)
			has &= ~(unsigned long)fields[i].flags;
	if (mnt_call(fd, MS_REMOUNT | MS_BIND | has | m->flags, NULL))
		return -1;
	return check_symfollow(m, fd);
}

int mntold_flags(const struct mnt *m, int fd, int recursive)
{
	struct mnt copy = *m;

	return recursive ? tree_each(fd, remount, &copy) : remount(fd, &copy);
}

int mntold_data(const struct mnt *m, int fd)
{
	char data[MNT_DATA];
	unsigned long has;

	if (flags_of(fd, &has) || mnt_data(m, data))
		return -1;
	return mnt_call(fd, MS_REMOUNT | has | m->flags, data);
}

/* What is now mounted on path: not what was there before. -1: somebody changed
 * the tree under our hands. */
static int open_mounted(const struct mnt *m, int root, const char *path,
			int target)
{
	int fd = path_open(root, path);
	struct stat from, to;

	if (fd >= 0 && sys_mount_id(fd, "") != sys_mount_id(target, "") &&
	    (m->type || (!fstat(m->source_fd, &from) && !fstat(fd, &to) &&
			 from.st_dev == to.st_dev && from.st_ino == to.st_ino)))
		return fd;
	if (fd >= 0)
		close(fd);
	errno = EBUSY;
	return -1;
}

int mntold_make(const struct mnt *m, int root, const char *path, int target)
{
	char on[32], from[32], data[MNT_DATA];
	const char *source = m->source;
	unsigned long flags = m->type ? m->flags : m->how;
	int fd;

	fmt_str(on, sizeof(on), "/proc/self/fd/%d", target);
	fmt_str(from, sizeof(from), "/proc/self/fd/%d", m->source_fd);
	if (mnt_data(m, data))
		return -1;
	if (m->source_fd)
		source = from;
	if (!m->type && !(flags & MS_MOVE))
		flags |= MS_BIND;
	if (mount(source, root == AT_FDCWD ? path : on, m->type, flags,
		  *data ? data : NULL))
		return -1;
	fd = open_mounted(m, root, path, target);
	if (fd < 0 || !m->type || !check_symfollow(m, fd))
		return fd;
	mnt_undo(fd);
	close(fd);
	errno = EINVAL;
	return -1;
}
