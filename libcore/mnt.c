/* mnt.c - mount words -> struct -> kernel
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "mnt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fmt.h"
#include "fscontext.h"
#include "look.h"
#include "mntold.h"
#include "path.h"

/* A kernel without the call, or a filter that answers as container engines do */
static int is_absent(void)
{
	return errno == ENOSYS || errno == EPERM;
}

static int call(const char *name, unsigned long flags, const char *data)
{
	return flags ? mount(NULL, name, NULL, flags, data)
		     : umount2(name, MNT_DETACH);
}

/* By its name in /proc, which may be another's than the kernel's. */
static int call_by_name(int fd, unsigned long flags, const char *data)
{
	char name[32];

	fmt_str(name, sizeof(name), "/proc/self/fd/%d", fd);
	errno = ENOENT;
	if (sys_mount_id(AT_FDCWD, name) != sys_mount_id(fd, ""))
		return -1;
	return call(name, flags, data);
}

/* A directory can be stood in. */
int mnt_call(int fd, unsigned long flags, const char *data)
{
	int back, err;

	back = sys_open(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
	if (back < 0 || fchdir(fd)) {
		sys_close(back);
		return call_by_name(fd, flags, data);
	}
	err = call(".", flags, data) ? errno : 0;
	if (fchdir(back))
		err = errno;
	close(back);
	errno = err;
	return err ? -1 : 0;
}

int mnt_undo(int fd)
{
	int err = errno;

	mnt_call(fd, 0, NULL);
	errno = err;
	return -1;
}

/* The flags that were asked for on the mount fd, and below it; of a new file
 * system only the idmap is left to do. */
static int set_flags(const struct mnt *m, int fd, int recursive)
{
	const struct sys_attr attr = {
		.set = (m->type ? 0 : m->set) |
		       (m->userns ? MOUNT_ATTR_IDMAP : 0),
		.clear = m->type ? 0
				 : (m->named & ~m->set) |
					   (m->named & MOUNT_ATTR__ATIME),
		.userns_fd = m->userns,
	};

	if (!attr.set && !attr.clear)
		return 0;
	return sys_mount_setattr(
		fd, "", AT_EMPTY_PATH | (recursive ? AT_RECURSIVE : 0), &attr);
}

int mnt_open(struct mnt *m, int dir, const char *path)
{
	unsigned int flags = m->how & MS_MOVE ? 0 : OPEN_TREE_CLONE;
	int fd;

	if (m->how & MS_REC)
		flags |= AT_RECURSIVE;
	fd = sys_open_tree(dir, path, flags | (*path ? 0 : AT_EMPTY_PATH));
	m->tree = fd >= 0;
	if (fd < 0 && is_absent())
		fd = *path ? sys_open(dir, path, O_PATH, 0)
			   : fcntl(dir, F_DUPFD_CLOEXEC, 3);
	m->source_fd = fd < 0 ? 0 : fd;
	return fd < 0 ? -1 : 0;
}

/* The flags that were asked for, whatever the kernel: 0, or -1, errno and log */
static int flags_now(const struct mnt *m, int fd, int recursive,
		     char log[MNT_LOG])
{
	if (!set_flags(m, fd, recursive))
		return 0;
	if (m->userns || !is_absent())
		return -1;
	if (!mntold_flags(m, fd, recursive))
		return 0;
	if (errno == EPERM && look_is_admin())
		fmt_str(log, MNT_LOG,
			" (flags are locked: a user namespace may add ro, "
			"nosuid, nodev, noexec, not take one away nor change "
			"atime)");
	return -1;
}

static int is_directory(int fd)
{
	struct stat st;

	return !fstat(fd, &st) && S_ISDIR(st.st_mode);
}

/* On the descriptor target, or on a path that means what it means */
static int attach(const struct mnt *m, int tree, int target, const char *path,
		  char log[MNT_LOG])
{
	int deep = !!(m->how & MS_REC);
	int late = set_flags(m, tree, deep);

	/* Before Linux 5.12 only an attached mount gets flags. */
	if ((late && (!is_absent() || m->userns)) ||
	    sys_move_mount_to(tree, target, target == AT_FDCWD ? path : ""))
		return -1;
	return late && flags_now(m, tree, deep, log) ? mnt_undo(tree) : 0;
}

/* The tree to attach; 0: mount(2) may still do it; -1 and errno */
static int get_tree(struct mnt *m, char log[MNT_LOG])
{
	int tree;

	if (!m->type)
		return !m->source_fd && mnt_open(m, AT_FDCWD, m->source) ? -1
		       : m->tree ? m->source_fd
				 : 0;
	tree = fscontext_make(m, log);
	if (tree >= 0)
		return tree;
	/* EINVAL: fsmount has nosymfollow since Linux 5.14, mount since 5.10;
	 * ENODEV: mount knows fuse.NAME. */
	return is_absent() || errno == EXDEV || errno == ENODEV ||
			       (errno == EINVAL && m->flags & MS_NOSYMFOLLOW)
		       ? 0
		       : -1;
}

static int make_old(const struct mnt *m, int root, const char *path, int target,
		    char log[MNT_LOG])
{
	int fd = mntold_make(m, root, path, target);

	if (fd < 0 || m->type || m->how & MS_MOVE ||
	    !flags_now(m, fd, !!(m->how & MS_REC), log))
		return fd;
	mnt_undo(fd);
	sys_close(fd);
	return -1;
}

/* mount(2) says ENOTDIR of a directory and what is none. */
static void tell_kinds(int tree, int root, const char *path)
{
	int fd = errno == EINVAL ? path_open(root, path) : -1;

	if (fd >= 0 && is_directory(tree) != is_directory(fd))
		errno = ENOTDIR;
	sys_close(fd);
}

/* Instead of a tree that cannot be attached what it was made of */
static int reopen(struct mnt *m, int tree)
{
	int err = errno;

	close(tree);
	m->tree = 0;
	m->source_fd = m->type ? 0 : sys_open(AT_FDCWD, m->source, O_PATH, 0);
	if (m->source_fd >= 0)
		return 0;
	m->source_fd = 0;
	errno = err;
	return -1;
}

int mnt_make(const struct mnt *given, int root, const char *path,
	     char log[MNT_LOG])
{
	struct mnt copy = *given, *m = &copy;
	int target = root == AT_FDCWD ? root : path_open(root, path);
	int tree = -1, fd = -1;

	*log = 0;
	if (target != -1)
		tree = get_tree(m, log);
	if (tree > 0 && !attach(m, tree, target, path, log)) {
		sys_close(target);
		return tree;
	}
	if (tree > 0)
		tell_kinds(tree, root, path);
	if (tree > 0 && is_absent() && !m->userns)
		tree = reopen(m, tree);
	else if (tree > 0)
		sys_close(tree);
	if (!tree && target == AT_FDCWD)
		target = path_open(root, path);
	if (!tree && target >= 0 && !m->userns)
		fd = make_old(m, root, path, target, log);
	sys_close(target);
	if (tree <= 0)
		sys_close(m->source_fd ? m->source_fd : -1);
	return fd;
}

int mnt_remount(const struct mnt *m, int fd, char log[MNT_LOG])
{
	*log = 0;
	return m->named ? flags_now(m, fd, m->deep, log)
			: fscontext_again(m, fd, log);
}

int mnt_umount(int dir, const char *name, int flags)
{
	int back = sys_open(AT_FDCWD, ".", O_PATH | O_DIRECTORY, 0);
	int failed, err;

	if (back < 0 || fchdir(dir))
		return -1;
	failed = umount2(name, flags | UMOUNT_NOFOLLOW);
	err = errno;
	if (fchdir(back))
		return -1;
	close(back);
	errno = err;
	return failed;
}
