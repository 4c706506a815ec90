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

/* The kernel wants the maker's ids to mean something in the parent. */
static int is_unmapped(void)
{
	char map[8];

	return !look_is_missing("/proc/self/uid_map") &&
	       !*look_slurp("/proc/self/uid_map", map, sizeof(map));
}

static const char *no_user_namespace(void)
{
	if (is_unmapped())
		return " (this user namespace maps no uid: make it with -r or "
		       "-c)";
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
		cause = " (needs CAP_SYS_ADMIN; an ordinary user gets it by "
			"nsclone -r or unshare -r)";
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

const char *why_proc(char buf[WHY_SIZE])
{
	int err = errno;

	fmt_str(buf, WHY_SIZE, "%s",
		look_is_missing("/proc/self/ns") ? " (/proc is not mounted)"
						 : "");
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
