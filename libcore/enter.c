/* enter.c - enter the namespaces of a jail
 *
 * SPDX-License-Identifier: 0BSD
 *
 * setns(2) wants CAP_SYS_ADMIN in the user namespace that owns the one to be
 * entered, and entering a user namespace gives up those outside of it. So what
 * our user namespace owns comes first, then the next user namespace on the way
 * down, what that one owns, and so on to the jail's own.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "jail.h"
#include "sys.h"
#include "why.h"

#define NESTED_MAX 33 /* the kernel's limit of nested user namespaces is 32 */

static int row_of(int kind)
{
	int i = 0;

	while (ns_table[i].kind != kind)
		i++;
	return i;
}

/* Leaves out what this process is in: setns(2) to one's own user namespace is
 * EINVAL. Returns a descriptor of our user namespace. */
static int leave_out_own(struct jail *j)
{
	struct jail own;

	if (jail_open(&own, getpid(), NS_ALL))
		die("open our own namespaces: %m");
	for (int i = 0; i < NS_KINDS; i++)
		if (jail_is_same(j->fd[i], own.fd[i]))
			jail_close(j, ns_table[i].kind);
	jail_close(&own, NS_ALL & ~CLONE_NEWUSER);
	return own.fd[row_of(CLONE_NEWUSER)];
}

/* The user namespaces on the way from ours (not in it) up to the jail's, which
 * is the first. Returns how many. */
static int way_down(struct jail *j, int ours, int *way)
{
	int n = 0, fd = j->fd[row_of(CLONE_NEWUSER)];

	if (fd < 0)
		return 0;
	do {
		if (n == NESTED_MAX)
			die("user namespaces are nested too deep");
		way[n++] = fd;
		fd = sys_ns_parent(fd);
		if (fd < 0)
			die("setns 'user': %m (the jail's user namespace does "
			    "not lie below ours)");
	} while (!jail_is_same(fd, ours));
	close(fd);
	return n;
}

static void enter_one(struct jail *j, int i)
{
	char why[WHY_SIZE];

	if (setns(j->fd[i], ns_table[i].kind))
		die("setns '%s': %m%s", ns_table[i].name,
		    why_namespaces(why, ns_table[i].kind));
	jail_close(j, ns_table[i].kind);
}

/* Enters all but user namespaces that owner owns; -1: that none of the way
 * owns. */
static void enter_owned(struct jail *j, int owner, const int *way, int n)
{
	for (int i = 0; i < NS_KINDS; i++) {
		int theirs, is_theirs = 0;

		if (j->fd[i] < 0 || ns_table[i].kind == CLONE_NEWUSER)
			continue;
		theirs = sys_ns_owner(j->fd[i]);
		/* EPERM: a user namespace that is not below ours */
		if (theirs < 0 && (errno != EPERM || owner >= 0))
			die("ask who owns the %s namespace: %m",
			    ns_table[i].name);
		for (int k = 0; k < n && owner < 0; k++)
			is_theirs |= jail_is_same(theirs, way[k]);
		if (owner < 0 ? !is_theirs : jail_is_same(theirs, owner))
			enter_one(j, i);
		if (theirs >= 0)
			close(theirs);
	}
}

/* The root is the caller's already: then no right to chroot is needed. */
static int is_our_root(int fd)
{
	struct stat x, y;

	return !fstat(fd, &x) && !stat("/", &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino &&
	       sys_mount_id(fd, "") == sys_mount_id(AT_FDCWD, "/");
}

/* setns(2) left us at the root of the mount namespace. */
static void enter_directories(struct jail *j)
{
	int root = j->fd[JAIL_ROOT], cwd = j->fd[JAIL_CWD];

	if (root >= 0 && !is_our_root(root) && (fchdir(root) || chroot(".")))
		die("change to the root of the jail: %m");
	if (cwd >= 0 && fchdir(cwd))
		die("change to the working directory of the jail: %m");
	jail_close(j, JAIL_BIT(JAIL_ROOT) | JAIL_BIT(JAIL_CWD));
}

int jail_enter(struct jail *j)
{
	int way[NESTED_MAX] = {0}, ours = leave_out_own(j);
	int kinds = jail_kinds(j);
	int n = way_down(j, ours, way);

	close(ours);
	enter_owned(j, -1, way, n);
	while (n--) {
		if (setns(way[n], CLONE_NEWUSER))
			die("setns 'user': %m");
		enter_owned(j, way[n], NULL, 0);
		close(way[n]);
	}
	j->fd[row_of(CLONE_NEWUSER)] = -1;
	if (jail_kinds(j))
		die("setns: a namespace of the jail is owned by none of its "
		    "user namespaces");
	enter_directories(j);
	return kinds;
}
