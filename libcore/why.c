/* why.c - an errno and its circumstances -> the cause that was found to hold
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "why.h"

#include <errno.h>
#include <string.h>
#include <sys/stat.h>

#include "chain.h"
#include "fmt.h"
#include "look.h"
#include "ns.h"
#include "sys.h"
#include "tree.h"

static const char *no_user_namespace(void)
{
	if (look_says("/proc/sys/kernel/unprivileged_userns_clone", "0"))
		return " (kernel.unprivileged_userns_clone is 0)";
	if (look_says("/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
		      "1"))
		return " (kernel.apparmor_restrict_unprivileged_userns is 1)";
	if (look_is_chrooted())
		return " (a chroot cannot make user namespaces; leave it, or "
		       "pivotroot)";
	return "";
}

static void why_permission(char *buf, int kinds)
{
	const char *cause = "";

	if (!(kinds & CLONE_NEWUSER) && !look_is_admin())
		cause = " (needs CAP_SYS_ADMIN; without it add -r)";
	else if (kinds & CLONE_NEWUSER)
		cause = no_user_namespace();
	if (!*cause && look_is_filtered())
		cause = " (a seccomp filter is in force)";
	fmt_str(buf, WHY_SIZE, "%s", cause);
}

static void why_limit(char *buf, int kinds)
{
	char path[64], limit[32];

	for (const struct ns *ns = ns_table; ns->name; ns++) {
		if (!(kinds & ns->kind))
			continue;
		fmt_str(path, sizeof(path), "/proc/sys/user/max_%s_namespaces",
			ns->file);
		if (look_says(path, "0")) {
			fmt_str(buf, WHY_SIZE,
				" (user.max_%s_namespaces is 0 here)",
				ns->file);
			return;
		}
	}
	look_slurp("/proc/sys/user/max_user_namespaces", limit, sizeof(limit));
	if (*limit)
		fmt_str(buf, WHY_SIZE,
			" (a limit of user.max_*_namespaces here or in a "
			"namespace above, or 32 nested ones)");
}

static void why_unknown(char *buf, int kinds)
{
	char path[32];

	for (const struct ns *ns = ns_table; ns->name; ns++) {
		fmt_str(path, sizeof(path), "/proc/self/ns/%s", ns->file);
		if (!(kinds & ns->kind) || look_is_missing("/proc/self/ns") ||
		    !look_is_missing(path))
			continue;
		fmt_str(buf, WHY_SIZE,
			" (this kernel has no %s namespaces; they came with "
			"Linux %s)",
			ns->name, ns->since);
		return;
	}
}

const char *why_namespaces(char buf[WHY_SIZE], int kinds)
{
	int err = errno;

	*buf = 0;
	if (err == EPERM || err == EACCES)
		why_permission(buf, kinds);
	else if (err == ENOSPC || err == EUSERS)
		why_limit(buf, kinds);
	else if (err == EINVAL || err == ENOSYS)
		why_unknown(buf, kinds);
	errno = err;
	return buf;
}

const char *why_fork(char buf[WHY_SIZE])
{
	int gone = errno == ENOMEM && chain_joined() & CLONE_NEWPID;

	fmt_str(buf, WHY_SIZE, "%s",
		gone ? " (the pid namespace: its init has exited)" : "");
	return buf;
}

const char *why_map(char buf[WHY_SIZE], int opening)
{
	int err = errno;
	const char *cause = "";

	if (opening && look_is_missing("/proc/self/ns"))
		cause = " (/proc is not mounted)";
	else if (!opening && err == EPERM)
		cause = " (that id is not the caller's to map)";
	fmt_str(buf, WHY_SIZE, "%s", cause);
	errno = err;
	return buf;
}

static void why_not_allowed(char *buf, const char *type)
{
	const char *cause = "";

	if (type && !strcmp(type, "proc") && chain_pivoted())
		cause = " (no whole proc is left to compare with after the "
			"pivot: mount it before, nsmount -R NEW proc /proc)";
	else if (!look_is_admin())
		cause = " (needs CAP_SYS_ADMIN; without it put "
			"nsclone -rm before)";
	else if (chain_made() & CLONE_NEWUSER && !chain_own_mounts())
		cause = " (the new user namespace does not own these mounts: "
			"add -m to it)";
	fmt_str(buf, WHY_SIZE, "%s", cause);
}

/* A bind without what lies below it would uncover what that covers. */
static int why_uncovers(char *buf, const char *source)
{
	char below[256];

	if (*source != '/' || !(chain_made() & CLONE_NEWUSER) ||
	    tree_first_below(source, below, sizeof(below)))
		return 0;
	fmt_str(buf, WHY_SIZE,
		" ('%s' is mounted below it, which a user namespace must not "
		"uncover: rbind takes it along)",
		below);
	return 1;
}

const char *why_mount(char buf[WHY_SIZE], const char *type, const char *source,
		      const char *target)
{
	int err = errno;

	*buf = 0;
	if (err == EPERM || err == EACCES)
		why_not_allowed(buf, type);
	else if (err == ENODEV && type)
		fmt_str(buf, WHY_SIZE, " (this kernel has no file system '%s')",
			type);
	else if (err == ENOENT && source && look_is_missing(source))
		fmt_str(buf, WHY_SIZE, " ('%s' does not exist)", source);
	else if (err == ENOENT && target && look_is_missing(target))
		fmt_str(buf, WHY_SIZE,
			" ('%s' does not exist; add: nsmount mkdir %s)", target,
			target);
	else if (err == ENOSYS && !type)
		fmt_str(buf, WHY_SIZE,
			" (options of this bind need Linux "
			"5.12: mount_setattr)");
	else if (err == ENOTDIR && source && target &&
		 !look_is_missing(target) &&
		 look_is_directory(source) != look_is_directory(target))
		fmt_str(buf, WHY_SIZE, " ('%s' is a directory, '%s' is not)",
			look_is_directory(source) ? source : target,
			look_is_directory(source) ? target : source);
	else if (err == EINVAL && source && why_uncovers(buf, source))
		;
	else if (err == EINVAL && !source && !type && target &&
		 !look_is_mount_point(target))
		fmt_str(buf, WHY_SIZE, " ('%s' is not a mount point)", target);
	errno = err;
	return buf;
}

const char *why_pivot(char buf[WHY_SIZE], const char *new_root,
		      const char *put_old)
{
	int err = errno;

	*buf = 0;
	if (err == EPERM && !look_is_admin())
		fmt_str(buf, WHY_SIZE,
			" (needs CAP_SYS_ADMIN; without it put "
			"nsclone -rm before)");
	else if (err == ENOENT && look_is_missing(new_root))
		fmt_str(buf, WHY_SIZE, " ('%s' does not exist)", new_root);
	else if (err == ENOENT && put_old && look_is_missing(put_old))
		fmt_str(buf, WHY_SIZE, " ('%s' does not exist)", put_old);
	else if (err == ENOTDIR)
		fmt_str(buf, WHY_SIZE, " ('%s' is not a directory)",
			put_old && look_is_directory(new_root) ? put_old
							       : new_root);
	else if ((err == EINVAL || err == EBUSY) &&
		 !look_is_mount_point(new_root))
		fmt_str(buf, WHY_SIZE,
			" ('%s' is not a mount point; add: nsmount rbind %s %s)",
			new_root, new_root, new_root);
	else if (err == EINVAL && look_is_chrooted())
		fmt_str(buf, WHY_SIZE, " ('/' is a chroot, no mount point)");
	errno = err;
	return buf;
}

const char *why_exec(char buf[WHY_SIZE], const char *file)
{
	int err = errno;
	struct stat st;

	*buf = 0;
	if (err == ENOENT && strchr(file, '/') && !stat(file, &st))
		fmt_str(buf, WHY_SIZE,
			" (it is there: its interpreter or "
			"loader is missing)");
	else if (err == EACCES && look_is_directory(file))
		fmt_str(buf, WHY_SIZE, " (it is a directory)");
	errno = err;
	return buf;
}
