/* root.c - make a tree the root
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A mount namespace has a root of its own, the mount on top of all, and every
 * process has one, which a chroot moves elsewhere. pivot_root(2) exchanges the
 * mount that the process's root is: where that is not the namespace's, the old
 * tree stays below it, and setns(2) to one's own namespace leads there. So the
 * process goes to the namespace's root first, by just that setns(2), and again
 * afterwards, to see that it lands in the new one.
 */
#include "root.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "look.h"
#include "ns.h"
#include "path.h"
#include "sys.h"
#include "why.h"

struct pivot {
	const char *new_root, *put_old; /* the caller's words */
	int new, own;			/* the directory; the mount namespace */
	int made, covers;
	char cwd[PATH_MAX]; /* at first, "" if it has no path */
	char old[PATH_MAX]; /* put_old, relative to the new root */
};

static _Noreturn void fail(struct pivot *p)
{
	const char *quote = p->put_old ? "'" : "";
	char why[WHY_SIZE];
	int err = errno;

	if (p->made)
		unlinkat(p->new, p->old, AT_REMOVEDIR);
	if (*p->cwd && chdir(p->cwd))
		err = errno;
	errno = err;
	die("pivot_root '%s'%s%s%s%s: %m%s", p->new_root, p->put_old ? " " : "",
	    quote, p->put_old ? p->put_old : "", quote,
	    why_pivot(why, p->new_root, p->put_old));
}

/* What follows top in path, both absolute: "" or "/...". NULL: path is neither
 * top nor below it. */
static const char *below(const char *path, const char *top)
{
	size_t n = strlen(top);

	n -= n == 1; /* "/" */
	if (!n ? *path : !strncmp(path, top, n) && (!path[n] || path[n] == '/'))
		return path + n;
	return NULL;
}

/* Makes put_old, if need be. Its path, or "" */
static void find_old(struct pivot *p, char path[PATH_MAX])
{
	p->made = !mkdir(p->put_old, 0755);
	if (!p->made && errno != EEXIST)
		die("make '%s': %m", p->put_old);
	if (chdir(p->put_old))
		fail(p);
	if (sys_getcwd(path, PATH_MAX))
		*path = 0;
}

/* All that depends on where the process stands; then it stands in the new root.
 * The path there of what was the working directory, or "/" */
static const char *look_around(struct pivot *p)
{
	char top[PATH_MAX], old[PATH_MAX];
	const char *rest;

	if (sys_getcwd(p->cwd, sizeof(p->cwd)))
		*p->cwd = 0;
	p->new = sys_open(AT_FDCWD, p->new_root, O_PATH | O_DIRECTORY, 0);
	if (p->new < 0)
		fail(p);
	if (p->put_old)
		find_old(p, old);
	if (fchdir(p->new))
		fail(p);
	if (sys_getcwd(top, sizeof(top)))
		*top = 0;
	rest = p->put_old ? below(old, top) : "";
	if (!rest || !*rest != !p->put_old ||
	    fmt_str(p->old, sizeof(p->old), ".%s", rest)) {
		if (p->made)
			rmdir(old);
		die("pivot_root '%s' '%s': '%s' does not lie below '%s'",
		    p->new_root, p->put_old, p->put_old, p->new_root);
	}
	rest = below(p->cwd, top);
	return rest && *rest ? rest : "/";
}

/* Puts the new root, where the process stands, over "/" and goes there. A mount
 * is moved, so that it is there once; what is none, or locked, is bound. */
static int stack(int move)
{
	/* What propagates here must not go there. */
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return -1;
	if ((!move || mount(".", "/", NULL, MS_MOVE, NULL)) &&
	    mount(".", "/", NULL, MS_BIND | MS_REC, NULL))
		return -1;
	/* The way up ends at "/", and in what is on it. */
	return chdir("/..") || mount("none", ".", NULL, MS_REC | MS_PRIVATE,
				     NULL)
		       ? -1
		       : 0;
}

/* The rootfs has no parent before Linux 7.0, and stays: it is covered. */
static int cover(struct pivot *p)
{
	p->covers = 1;
	if (p->put_old) {
		/* Once more, with the old tree in it, bound while it is open */
		if (umount2("/..", MNT_DETACH) || fchdir(p->new) ||
		    mount("/", p->old, NULL, MS_BIND | MS_REC, NULL) ||
		    mount(".", "/", NULL, MS_BIND | MS_REC, NULL) ||
		    umount2(p->old, MNT_DETACH) || chdir("/.."))
			return -1;
	}
	return chroot(".");
}

static int is_refused(void)
{
	return errno == EINVAL || errno == EBUSY;
}

/* In the new root: "." twice stacks the old root on the new. */
static int pivot(struct pivot *p, int strict)
{
	char path[PATH_MAX];
	int refused;

	if (!sys_pivot_root(".", p->old))
		return 0;
	refused = errno;
	/* By its name in the namespace, if it has one: something may have been
	 * mounted there. */
	if (!is_refused() || (!sys_getcwd(path, sizeof(path)) && chdir(path)))
		return -1;
	errno = refused;
	if (look_is_root(".") || stack(!p->put_old))
		return -1;
	if (!sys_pivot_root(".", p->old))
		return 0;
	if (!is_refused() || strict)
		return -1;
	return cover(p);
}

/* Two mounts may have been stacked on "/", and one umount leaves the rest of
 * the host over the new root: paths do not show it, "/.." walks onto it. The id
 * of the root's mount, or -1 and errno. */
static int64_t settle(int drop)
{
	if (drop && umount2(".", MNT_DETACH))
		return -1;
	for (;;) {
		int64_t root = sys_mount_id(AT_FDCWD, "/");
		int64_t above = sys_mount_id(AT_FDCWD, "/..");

		if (root < 0 || above < 0)
			return -1;
		if (root == above)
			return root;
		errno = EBUSY;
		if (!drop || umount2("/..", MNT_DETACH))
			return -1;
	}
}

/* The root of the namespace is that mount; goes there. */
static int is_root(int own, int64_t root)
{
	if (setns(own, CLONE_NEWNS))
		return 0;
	errno = EXDEV;
	return root == sys_mount_id(AT_FDCWD, "/");
}

int root_pivot(const char *new_root, const char *put_old, int strict)
{
	struct pivot p = {.new_root = new_root, .put_old = put_old};
	const char *cwd = look_around(&p);
	int64_t root;

	p.own = ns_leave_chroot();
	if (p.own < 0 || fchdir(p.new) || pivot(&p, strict))
		fail(&p);
	root = settle(!put_old && !p.covers);
	if (root < 0 || !is_root(p.own, root))
		die("detach the old root: %m");
	/* Within the new root, where it may have been removed. */
	if (cwd[1] && chdir(cwd) && chdir("/"))
		die("change to '/': %m");
	close(p.new);
	close(p.own);
	return p.covers;
}

/* PID 1 of a machine shares its root with the kernel's threads, so that theirs
 * moves with it; setns(2) would part them: a child looks. */
static int is_root_seen_by_child(int own, int64_t root)
{
	int status;
	pid_t pid = sys_clone(0, -1);

	if (!pid)
		_exit(!is_root(own, root));
	return pid > 0 && waitpid(pid, &status, 0) == pid && !status;
}

/* What is mounted on the directory of the old root goes to that of the new, if
 * both are there and it has not gone yet. */
static void move_mount(int new_root, const char *name)
{
	int64_t from = sys_mount_id(AT_FDCWD, name);
	int fd = path_open(new_root, name);

	if (fd >= 0 && from >= 0 && from != sys_mount_id(AT_FDCWD, "/") &&
	    sys_mount_id(fd, "") == sys_mount_id(new_root, "") &&
	    (fchdir(fd) || mount(name, ".", NULL, MS_MOVE, NULL)))
		die("move '%s' to '%s' of the new root: %m", name, name);
	close(fd);
}

void root_switch(const char *new_root, const char *const *carried)
{
	struct pivot p = {.new_root = new_root};
	int64_t root;

	look_around(&p);
	p.own = sys_open(AT_FDCWD, "/proc/self/ns/mnt", O_RDONLY, 0);
	if (p.own < 0)
		p.own = sys_pidfd_open(getpid());
	if (!is_root_seen_by_child(p.own, sys_mount_id(AT_FDCWD, "/")))
		die("'/' cannot be seen to be the root of the mount namespace");
	/* What is on a shared mount cannot be moved. */
	if (mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL))
		die("make the mounts private: %m");
	while (*carried)
		move_mount(p.new, *carried++);
	if (fchdir(p.new) || pivot(&p, 0))
		fail(&p);
	root = settle(!p.covers);
	if (root < 0 || !is_root_seen_by_child(p.own, root) || chdir("/"))
		die("detach the old root: %m");
	close(p.new);
	close(p.own);
}
