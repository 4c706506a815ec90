/* mnt.c - mount words -> struct -> kernel
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "mnt.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "fmt.h"
#include "path.h"

/* Before Linux 5.12 a remount says all flags of one mount: those asked for and
 * those it has (in a user namespace they are locked). */
static int remount(const struct mnt *m, const char *target)
{
	struct statfs fs;
	unsigned long has;

	if (m->recursive) {
		errno = ENOSYS;
		return -1;
	}
	if (statfs(target, &fs))
		return -1;
	/* ST_* of statfs(2) are MS_* but for relatime and nosymfollow */
	has = fs.f_flags & (MS_RDONLY | MS_NOSUID | MS_NODEV | MS_NOEXEC |
			    MS_NOATIME | MS_NODIRATIME);
	if (fs.f_flags & 0x1000)
		has |= MS_RELATIME;
	if (m->attr_clear & MOUNT_ATTR__ATIME)
		has &= ~(MS_NOATIME | MS_RELATIME);
	if (m->attr_clear & MOUNT_ATTR_RDONLY)
		has &= ~MS_RDONLY;
	return mount(NULL, target, NULL, MS_REMOUNT | MS_BIND | m->flags | has,
		     NULL);
}

/* The attributes of a bind: on the tree of a descriptor, or of a path. */
static int set_attributes(const struct mnt *m, int fd, const char *path)
{
	const struct sys_attr attr = {m->attr_set, m->attr_clear, 0, 0};
	unsigned int flags = fd >= 0 ? AT_EMPTY_PATH : 0;

	if (!attr.set && !attr.clear)
		return 0;
	if (m->recursive)
		flags |= AT_RECURSIVE;
	return sys_mount_setattr(fd >= 0 ? fd : AT_FDCWD, fd >= 0 ? "" : path,
				 flags, &attr);
}

/* Linux before 5.10 passes nosymfollow over without a word. */
static int check_symfollow(const struct mnt *m, const char *target)
{
	struct statfs fs;

	if (!(m->flags & MS_NOSYMFOLLOW))
		return 0;
	if (statfs(target, &fs))
		return -1;
	errno = EINVAL;
	return fs.f_flags & 0x2000 /* ST_NOSYMFOLLOW */ ? 0 : -1;
}

static int is_absent(void)
{
	return errno == ENOSYS || errno == EPERM;
}

int mnt_mount(const struct mnt *m, const char *target)
{
	unsigned long bind = MS_BIND | (m->recursive ? MS_REC : 0);
	int err;

	if (mount(m->source, target, m->type, m->type ? m->flags : bind,
		  *m->data ? m->data : NULL))
		return -1;
	if (m->type ? !check_symfollow(m, target)
		    : !set_attributes(m, -1, target) ||
			      (is_absent() && !remount(m, target) &&
			       !check_symfollow(m, target)))
		return 0;
	err = errno;
	umount2(target, MNT_DETACH);
	errno = err;
	return -1;
}

static int configure(int fs, const struct mnt *m)
{
	char data[MNT_DATA];

	if (m->source &&
	    sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", m->source))
		return -1;
	/* mount(2) makes the file system read-only, too. */
	if (m->flags & MS_RDONLY &&
	    sys_fsconfig(fs, FSCONFIG_SET_FLAG, "ro", NULL))
		return -1;
	memcpy(data, m->data, sizeof(data));
	for (char *word = data, *next; *word; word = next) {
		char *value;
		size_t n = strcspn(word, ",");

		next = word + n + (word[n] == ',');
		word[n] = 0;
		value = strchr(word, '=');
		if (value)
			*value++ = 0;
		if (sys_fsconfig(
			    fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			    word, value))
			return -1;
	}
	return sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL);
}

/* A detached tree, whole; -1 and errno. */
static int make_tree(const struct mnt *m)
{
	int fs, tree, err;

	if (!m->type) {
		tree = sys_open_tree(AT_FDCWD, m->source,
				     OPEN_TREE_CLONE |
					     (m->recursive ? AT_RECURSIVE : 0));
		if (tree < 0 || !set_attributes(m, tree, NULL))
			return tree;
		err = errno;
		close(tree);
		errno = err;
		return -1;
	}
	fs = sys_fsopen(m->type);
	if (fs < 0)
		return -1;
	tree = configure(fs, m) ? -1 : sys_fsmount(fs, m->attr_set);
	err = errno;
	close(fs);
	errno = err;
	return tree;
}

static int attach_old(const struct mnt *m, int target)
{
	char path[32];

	/* The path of a descriptor is below the new mount, not on it: there a
	 * remount would hit the wrong one. */
	if (!m->type && (m->attr_set || m->attr_clear)) {
		errno = ENOSYS;
		return -1;
	}
	fmt_str(path, sizeof(path), "/proc/self/fd/%d", target);
	return mnt_mount(m, path);
}

int mnt_attach(const struct mnt *m, int target)
{
	int tree = make_tree(m);
	int failed, err;

	if (tree < 0 && is_absent()) {
		err = errno;
		if (!attach_old(m, target))
			return 0;
		errno = err;
	}
	if (tree < 0)
		return -1;
	failed = sys_move_mount(tree, target);
	err = errno;
	close(tree);
	errno = err;
	return failed;
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

void mnt_undo(int root, const char *target)
{
	char name[256];
	int err = errno;
	int parent = path_parent(root, target, name, sizeof(name));

	if (parent >= 0) {
		mnt_umount(parent, name, MNT_DETACH);
		close(parent);
	}
	errno = err;
}
