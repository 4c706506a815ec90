/* dev.c - a minimal private /dev
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "dev.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <unistd.h>

#include "fmt.h"
#include "mnt.h"
#include "path.h"
#include "sys.h"

static const struct device {
	const char *name;
	unsigned int major, minor;
} devices[] = {
	{"null", 1, 3},	  {"zero", 1, 5},    {"full", 1, 7},
	{"random", 1, 8}, {"urandom", 1, 9}, {"tty", 5, 0},
};

static const struct {
	const char *name, *to;
} links[] = {
	{"fd", "/proc/self/fd"},       {"stdin", "/proc/self/fd/0"},
	{"stdout", "/proc/self/fd/1"}, {"stderr", "/proc/self/fd/2"},
	{"ptmx", "pts/ptmx"},
};

static const struct {
	const char *name, *type, *options;
} mounts[] = {
	{"pts", "devpts", "nosuid,noexec,newinstance,ptmxmode=0666,mode=0620"},
	{"shm", "tmpfs", "nosuid,nodev,mode=1777"},
};

static struct mnt file_system(const char *type, const char *options)
{
	struct mnt m = {.type = type, .source = type};

	mnt_options(&m, options);
	return m;
}

/* Mounts m on the name in the directory dir. 0, or -1 and errno. */
static int mount_in(int dir, const char *name, const struct mnt *m)
{
	int fd = path_open(dir, name);
	int failed = fd < 0 || mnt_attach(m, fd) ? errno : 0;

	if (fd >= 0)
		close(fd);
	errno = failed;
	return failed ? -1 : 0;
}

/* ENODEV: the /dev outside is not what it seems. */
static int check_device(int dir, const struct device *d)
{
	struct stat st;

	if (fstatat(dir, d->name, &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	errno = ENODEV;
	return S_ISCHR(st.st_mode) && st.st_rdev == makedev(d->major, d->minor)
		       ? 0
		       : -1;
}

static int make_device(int dir, const struct device *d)
{
	char source[16];
	const struct mnt bind = {.source = source};
	int fd;

	if (!mknodat(dir, d->name, S_IFCHR | 0666, makedev(d->major, d->minor)))
		return 0;
	if (errno != EPERM)
		return -1;
	fd = sys_open(dir, d->name, O_CREAT | O_EXCL | O_WRONLY, 0666);
	if (fd < 0)
		return -1;
	close(fd);
	fmt_str(source, sizeof(source), "/dev/%s", d->name);
	return mount_in(dir, d->name, &bind) ? -1 : check_device(dir, d);
}

static int populate(int dir, const char **failed)
{
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		*failed = devices[i].name;
		if (make_device(dir, devices + i))
			return -1;
	}
	for (size_t i = 0; i < sizeof(links) / sizeof(*links); i++) {
		*failed = links[i].name;
		if (symlinkat(links[i].to, dir, links[i].name))
			return -1;
	}
	for (size_t i = 0; i < sizeof(mounts) / sizeof(*mounts); i++) {
		struct mnt m = file_system(mounts[i].type, mounts[i].options);

		*failed = mounts[i].name;
		if (mkdirat(dir, mounts[i].name, 0755) ||
		    mount_in(dir, mounts[i].name, &m))
			return -1;
	}
	return 0;
}

/* The directory that is now mounted on target: not the one below it. */
static int open_mounted(int root, const char *target, int64_t below)
{
	int dir = path_open(root, target);

	if (dir < 0 || sys_mount_id(dir, "") != below)
		return dir;
	close(dir);
	errno = EBUSY; /* the tree changed under our hands */
	return -1;
}

int dev_mount(int root, const char *target, const char **failed)
{
	const struct mnt tmpfs =
		file_system("tmpfs", "nosuid,noexec,mode=0755,size=1m");
	int below = path_open(root, target), dir, err;
	mode_t mask;

	*failed = target;
	if (below < 0)
		return -1;
	if (mnt_attach(&tmpfs, below)) {
		err = errno;
		close(below);
		errno = err;
		return -1;
	}
	dir = open_mounted(root, target, sys_mount_id(below, ""));
	close(below);
	mask = umask(0);
	err = dir < 0 || populate(dir, failed) ? errno : 0;
	umask(mask);
	if (dir >= 0)
		close(dir);
	if (!err)
		return 0;
	errno = err;
	mnt_undo(root, target);
	return -1;
}
