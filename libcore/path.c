/* path.c - resolution that cannot leave a root
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "path.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fmt.h"
#include "sys.h"

/* As the kernel has it (path_resolution(7)) */
#define LINKS_MAX 40
#define DEPTH_MAX 128

/* The walk: the directories from the root to where it stands, so that ".." is
 * never asked of the kernel, and the words that are left. */
struct walk {
	int dir[DEPTH_MAX], depth;
	int links;
	char left[PATH_MAX];
};

static void go_up(struct walk *w, int depth)
{
	while (w->depth > depth)
		close(w->dir[w->depth--]);
}

/* A symlink stands where the walk is: its words come before those left. */
static int follow_link(struct walk *w, int link, const char *rest)
{
	char target[PATH_MAX], left[PATH_MAX];
	ssize_t n = readlinkat(link, "", target, sizeof(target) - 1);

	if (n < 0)
		return -1;
	target[n] = 0;
	if (++w->links > LINKS_MAX) {
		errno = ELOOP;
		return -1;
	}
	if (*target == '/')
		go_up(w, 0);
	if (fmt_str(left, sizeof(left), "%s/%s", target, rest))
		return -1;
	memcpy(w->left, left, sizeof(left));
	return 0;
}

/* One word further. 0, or -1 and errno. */
static int step(struct walk *w, const char *name, const char *rest)
{
	struct stat st;
	int fd, done = 0;

	if (!strcmp(name, ".") || !*name)
		return 0;
	if (!strcmp(name, "..")) {
		go_up(w, w->depth ? w->depth - 1 : 0);
		return 0;
	}
	fd = sys_open(w->dir[w->depth], name, O_PATH | O_NOFOLLOW, 0);
	if (fd < 0)
		return -1;
	if (fstat(fd, &st) || S_ISLNK(st.st_mode)) {
		done = follow_link(w, fd, rest) ? -1 : 1;
	} else if (w->depth + 1 == DEPTH_MAX) {
		errno = ENAMETOOLONG;
		done = -1;
	}
	if (done) {
		close(fd);
		return done;
	}
	w->dir[++w->depth] = fd;
	return 0;
}

static int walk(int root, const char *path)
{
	struct walk w = {.depth = 0};
	int fd = -1, failed = 0;

	if (fmt_str(w.left, sizeof(w.left), "%s", path))
		return -1;
	w.dir[0] = sys_open(root, ".", O_PATH | O_DIRECTORY, 0);
	if (w.dir[0] < 0)
		return -1;
	while (*w.left && failed >= 0) {
		char name[NAME_MAX + 1], rest[PATH_MAX];
		size_t n = strcspn(w.left, "/");

		if (n > NAME_MAX) {
			errno = ENAMETOOLONG;
			failed = -1;
			break;
		}
		memcpy(name, w.left, n);
		name[n] = 0;
		fmt_str(rest, sizeof(rest), "%s", w.left + n + !!w.left[n]);
		failed = step(&w, name, rest);
		if (!failed)
			memcpy(w.left, rest, sizeof(rest));
	}
	if (failed >= 0) {
		fd = w.dir[w.depth];
		w.depth--;
	}
	failed = errno;
	while (w.depth >= 0)
		close(w.dir[w.depth--]);
	errno = failed;
	return fd;
}

int path_root(const char *root)
{
	return sys_open(AT_FDCWD, root, O_PATH | O_DIRECTORY, 0);
}

int path_open(int root, const char *path)
{
	int fd;

	if (!*path) {
		errno = ENOENT;
		return -1;
	}
	if (root == AT_FDCWD)
		return sys_open(root, path, O_PATH, 0);
	/* IN_ROOT follows no magic links today: openat2(2) promises it not.
	 * EAGAIN: something was renamed while ".." was resolved. */
	do
		fd = sys_openat2(root, path, O_PATH,
				 RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS);
	while (fd < 0 && errno == EAGAIN);
	if (fd < 0 && (errno == ENOSYS || errno == EPERM))
		return walk(root, path);
	return fd;
}

int path_parent(int root, const char *path, char *name, size_t size)
{
	char parent[PATH_MAX];
	size_t n = strlen(path), end;

	while (n && path[n - 1] == '/')
		n--;
	end = n;
	while (n && path[n - 1] != '/')
		n--;
	if (fmt_str(parent, sizeof(parent), "%s", path) ||
	    fmt_str(name, size, "%s", path + n))
		return -1;
	name[end - n] = 0;
	parent[n] = 0;
	if (!*name || !strcmp(name, ".") || !strcmp(name, "..")) {
		errno = EINVAL;
		return -1;
	}
	return path_open(root, *parent ? parent : ".");
}

/* The last word of a path. EEXIST is fine if it is what is wanted: then 1. */
static int make(int dir, const char *name, mode_t mode, const char *link)
{
	char target[PATH_MAX];
	struct stat st;
	ssize_t n;

	if (!(link	      ? symlinkat(link, dir, name)
	      : S_ISDIR(mode) ? mkdirat(dir, name, mode & 07777)
			      : mknodat(dir, name, mode, 0)))
		return 0;
	if (errno != EEXIST || fstatat(dir, name, &st, AT_SYMLINK_NOFOLLOW))
		return -1;
	errno = EEXIST;
	if (!link)
		return (st.st_mode & S_IFMT) == (mode & S_IFMT) ? 1 : -1;
	n = readlinkat(dir, name, target, sizeof(target));
	errno = EEXIST;
	return n == (ssize_t)strlen(link) && !memcmp(target, link, n) ? 1 : -1;
}

static int is_kind(int fd, mode_t mode)
{
	struct stat st;

	return !fstat(fd, &st) && (st.st_mode & S_IFMT) == (mode & S_IFMT);
}

void path_unmake(int root, const char *path, int n)
{
	char part[PATH_MAX], name[NAME_MAX + 1];
	int err = errno, dir;

	fmt_str(part, sizeof(part), "%s", path);
	for (; n > 0; n--) {
		size_t end = strlen(part);

		dir = path_parent(root, part, name, sizeof(name));
		if (dir < 0)
			break;
		if (unlinkat(dir, name, AT_REMOVEDIR) && errno == ENOTDIR)
			unlinkat(dir, name, 0);
		close(dir);
		while (end && part[end - 1] == '/')
			end--;
		while (end && part[end - 1] != '/')
			end--;
		part[end] = 0;
	}
	errno = err;
}

int path_make(int root, const char *path, mode_t mode, const char *link)
{
	char part[PATH_MAX], name[NAME_MAX + 1];
	size_t whole = 0; /* of part: what is there, or was made */
	int n = 0;

	if (fmt_str(part, sizeof(part), "%s", path))
		return -1;
	for (size_t i = strspn(part, "/");; i++) {
		size_t rest = strspn(part + i, "/");
		int last = !part[i + rest], dir, made;
		char end = part[i];

		if (end && !rest)
			continue;
		part[i] = 0;
		/* What is there is followed, whatever links it has. */
		dir = last && link ? -1 : path_open(root, part);
		made = 1;
		if (dir < 0 || (last && !is_kind(dir, mode))) {
			sys_close(dir);
			dir = path_parent(root, part, name, sizeof(name));
			made = dir < 0 ? -1
			       : last  ? make(dir, name, mode, link)
				       : make(dir, name, S_IFDIR | 0755, NULL);
		}
		sys_close(dir);
		if (made > 0 && n) {
			/* "." or "..": what was made is no tail of the path */
			errno = EINVAL;
			made = -1;
		}
		if (made < 0) {
			part[whole] = 0;
			path_unmake(root, part, n);
			return -1;
		}
		n += !made;
		part[i] = end;
		whole = i;
		if (last)
			return n;
	}
}
