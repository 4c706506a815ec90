/* persist.c - keep namespaces alive as files
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "persist.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "jail.h"
#include "sys.h"
#include "why.h"

/* What was done for one file, to be undone */
struct kept {
	char path[PATH_MAX], dir[PATH_MAX];
	int fd;			    /* of the file below the mount, O_PATH */
	int made, dir_bound, bound; /* in this order */
};

static void undo(struct kept *k)
{
	if (k->bound)
		umount2(k->path, MNT_DETACH | UMOUNT_NOFOLLOW);
	if (k->made)
		unlink(k->path);
	if (k->dir_bound)
		umount2(k->dir, MNT_DETACH | UMOUNT_NOFOLLOW);
	if (k->fd >= 0)
		close(k->fd);
}

static int open_file(struct kept *k)
{
	struct stat st;
	int fd = sys_open(AT_FDCWD, k->path,
			  O_RDONLY | O_CREAT | O_EXCL | O_NOFOLLOW, 0444);

	if (fd >= 0) {
		k->made = 1;
		close(fd);
	} else if (errno != EEXIST) {
		return -1;
	}
	k->fd = sys_open(AT_FDCWD, k->path, O_PATH | O_NOFOLLOW, 0);
	if (k->fd < 0 || fstat(k->fd, &st))
		return -1;
	errno = S_ISDIR(st.st_mode)   ? EISDIR
		: S_ISLNK(st.st_mode) ? ELOOP
				      : EINVAL;
	return S_ISREG(st.st_mode) ? 0 : -1;
}

static int bind_fd(int ns, int target)
{
	char from[32], to[32];
	int tree = sys_open_tree(ns, "", OPEN_TREE_CLONE | AT_EMPTY_PATH);
	int failed;

	if (tree < 0 && (errno == ENOSYS || errno == EPERM)) {
		fmt_str(from, sizeof(from), "/proc/self/fd/%d", ns);
		fmt_str(to, sizeof(to), "/proc/self/fd/%d", target);
		return mount(from, to, NULL, MS_BIND, NULL);
	}
	failed = tree < 0 || sys_move_mount(tree, target) ? errno : 0;
	if (tree >= 0)
		close(tree);
	errno = failed;
	return failed ? -1 : 0;
}

/* A mount namespace must not propagate into itself: a private mount of the
 * directory forbids it. The file is found again on it. */
static int make_private_place(struct kept *k)
{
	size_t n = strrchr(k->path, '/') - k->path;

	memcpy(k->dir, k->path, n + 1);
	k->dir[n + !n] = 0;
	if (mount(k->dir, k->dir, NULL, MS_BIND, NULL))
		return -1;
	k->dir_bound = 1;
	if (mount(NULL, k->dir, NULL, MS_PRIVATE, NULL))
		return -1;
	close(k->fd);
	k->fd = sys_open(AT_FDCWD, k->path, O_PATH | O_NOFOLLOW, 0);
	return k->fd < 0 ? -1 : 0;
}

static int is_same_file(const char *path, int ns)
{
	struct stat x, y;

	errno = EBUSY;
	return !lstat(path, &x) && !fstat(ns, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* The path from "/": a mount on the working directory would hide it. */
static int begin(struct kept *k, const char *path)
{
	size_t n = 0;

	k->fd = -1;
	k->made = k->dir_bound = k->bound = 0;
	if (*path != '/') {
		if (sys_getcwd(k->path, sizeof(k->path) - 1))
			return -1;
		n = strlen(k->path);
		k->path[n++] = '/';
	}
	return fmt_str(k->path + n, sizeof(k->path) - n, "%s", path);
}

static int keep(struct kept *k, int ns, int kind)
{
	if (open_file(k))
		return -1;
	if (bind_fd(ns, k->fd) && (errno != EINVAL || kind != CLONE_NEWNS ||
				   make_private_place(k) || bind_fd(ns, k->fd)))
		return -1;
	k->bound = 1;
	return is_same_file(k->path, ns) ? 0 : -1;
}

static int open_namespace(pid_t pid, const struct ns *ns, int for_children)
{
	/* That of the children has a number and a file of its own. */
	static const struct ns time = {.file = "time_for_children", .ioctl = 8};

	return jail_open_one(
		pid, for_children & ns->kind & CLONE_NEWTIME ? &time : ns);
}

int persist_bind(pid_t pid, const struct ns_choice *c, int for_children)
{
	struct kept kept[NS_KINDS];
	char why[WHY_SIZE];
	int n = 0, failed = 0;

	for (int i = 0; i < NS_KINDS && !failed; i++) {
		int ns = c->file[i] ? open_namespace(pid, ns_table + i,
						     for_children)
				    : -1;

		if (!c->file[i])
			continue;
		if (begin(kept + n++, c->file[i]) || ns < 0 ||
		    keep(kept + n - 1, ns, ns_table[i].kind)) {
			complain("keep the %s namespace at '%s': %m%s",
				 ns_table[i].name, c->file[i],
				 why_mount(why, NULL, NULL, c->file[i]));
			failed = 1;
		}
		if (ns >= 0)
			close(ns);
	}
	while (n--)
		if (failed)
			undo(kept + n);
		else
			close(kept[n].fd);
	return failed ? -1 : 0;
}
