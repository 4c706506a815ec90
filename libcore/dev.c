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

	mnt_options(&m, options, type, MNT_FLAGS | MNT_FS);
	return m;
}

/* Mounts m on the name in the directory dir. 0, or -1 and errno. */
static int mount_in(int dir, const char *name, const struct mnt *m,
		    char log[MNT_LOG])
{
	int fd = mnt_make(m, dir, name, log);

	if (fd >= 0)
		close(fd);
	return fd < 0 ? -1 : 0;
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

static int make_device(int dir, const struct device *d, char log[MNT_LOG])
{
	char source[16];
	const struct mnt bind = {.source = source};

	if (!mknodat(dir, d->name, S_IFCHR | 0666, makedev(d->major, d->minor)))
		return 0;
	if (errno != EPERM || mknodat(dir, d->name, S_IFREG | 0666, 0))
		return -1;
	fmt_str(source, sizeof(source), "/dev/%s", d->name);
	return mount_in(dir, d->name, &bind, log) ? -1 : check_device(dir, d);
}

/* The terminal that the caller sits at, if this tree shows it, as console */
static int make_console(int dir, char log[MNT_LOG])
{
	char name[32], path[64];
	const struct mnt bind = {.source = path};
	struct stat is, was;
	ssize_t n;
	int fd = 0;

	while (fd < 3 && !isatty(fd))
		fd++;
	fmt_str(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = fd < 3 ? readlink(name, path, sizeof(path) - 1) : -1;
	path[n < 0 ? 0 : n] = 0;
	if (n < 0 || fstat(fd, &was) || stat(path, &is) ||
	    is.st_rdev != was.st_rdev || !S_ISCHR(is.st_mode))
		return 0;
	return mknodat(dir, "console", S_IFREG | 0600, 0) ||
			       mount_in(dir, "console", &bind, log) ||
			       fstatat(dir, "console", &is, 0) ||
			       is.st_rdev != was.st_rdev
		       ? -1
		       : 0;
}

static int populate(int dir, const char **failed, char log[MNT_LOG])
{
	for (size_t i = 0; i < sizeof(devices) / sizeof(*devices); i++) {
		*failed = devices[i].name;
		if (make_device(dir, devices + i, log))
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
		    mount_in(dir, mounts[i].name, &m, log))
			return -1;
	}
	*failed = "console";
	return make_console(dir, log);
}

int dev_mount(int root, const char *target, const char **failed,
	      char log[MNT_LOG])
{
	const struct mnt tmpfs =
		file_system("tmpfs", "nosuid,noexec,mode=0755,size=1m");
	int dir = mnt_make(&tmpfs, root, target, log), bad;
	mode_t mask;

	*failed = target;
	if (dir < 0)
		return -1;
	mask = umask(0);
	bad = populate(dir, failed, log);
	umask(mask);
	if (!bad)
		return dir;
	mnt_undo(dir);
	sys_close(dir);
	return -1;
}
