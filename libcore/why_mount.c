/* why_mount.c - why a mount, an umount or a pivot failed
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "fmt.h"
#include "look.h"
#include "path.h"
#include "sys.h"
#include "why.h"

/* EPERM */
static const char *not_allowed(const char *type)
{
	if (type && !strcmp(type, "proc") && chain_pivoted())
		return " (no whole proc is left to compare with after the "
		       "pivot: mount it before, nsmount -R NEW proc /proc)";
	if (type && !strcmp(type, "proc") && chain_made() & CLONE_NEWUSER &&
	    !(chain_made() & CLONE_NEWPID))
		return " (the new user namespace does not own the pid "
		       "namespace: add -p to it)";
	if (!look_is_admin())
		return " (needs CAP_SYS_ADMIN; an ordinary user puts "
		       "nsclone -rm before)";
	if (chain_made() & CLONE_NEWUSER && !chain_own_mounts())
		return " (the new user namespace does not own these mounts: "
		       "add -m to it)";
	return "";
}

/* A bind without what lies below it would uncover what that covers. */
static int uncovers(char *buf, const char *source)
{
	char below[256];

	if (*source != '/' || !(chain_made() & CLONE_NEWUSER) ||
	    !look_first_below(source, below, sizeof(below)))
		return 0;
	fmt_str(buf, WHY_SIZE,
		" ('%s' is mounted below it, which a user namespace must not "
		"uncover: rbind takes it along)",
		below);
	return 1;
}

static void missing(char *buf, const char *path)
{
	fmt_str(buf, WHY_SIZE, " ('%s' does not exist)", path);
}

const char *why_mount(char buf[WHY_SIZE], const char *type, const char *source,
		      const char *target)
{
	int err = errno;
	int dirs =
		source && target && !look_is_missing(target)
			? look_is_directory(source) - look_is_directory(target)
			: 0;

	*buf = 0;
	if (err == EPERM)
		fmt_str(buf, WHY_SIZE, "%s", not_allowed(type));
	else if (err == ENODEV && type)
		fmt_str(buf, WHY_SIZE, " (this kernel has no file system '%s')",
			type);
	else if (err == ENOENT && source && look_is_missing(source))
		missing(buf, source);
	else if (err == ENOENT && target && look_is_missing(target))
		fmt_str(buf, WHY_SIZE,
			" ('%s' does not exist; add: nsmount mkdir %s)", target,
			target);
	else if (err == ENOTDIR && dirs)
		fmt_str(buf, WHY_SIZE, " ('%s' is a directory, '%s' is not)",
			dirs > 0 ? source : target, dirs > 0 ? target : source);
	else if (err == EINVAL && source)
		uncovers(buf, source);
	else if (err == EINVAL && !type && target &&
		 !look_is_mount_point(target))
		fmt_str(buf, WHY_SIZE, " ('%s' is not a mount point)", target);
	errno = err;
	return buf;
}

/* A word that this kernel is too old for */
const char *why_option(char buf[WHY_SIZE], const char *list)
{
	static const struct {
		char word[12], since[6];
		int minor; /* of 5 */
	} words[] = {
		{"nosymfollow", "5.10", 10}, {"rnosymfollow", "5.14", 14},
		{"idmap", "5.12", 12},	     {"subset", "5.8", 8},
		{"hidepid", "5.8", 8},	     {"userxattr", "5.11", 11},
	};
	size_t n;

	*buf = 0;
	if (errno != EINVAL && errno != ENOSYS)
		return buf;
	for (; list && *list; list += n + (list[n] == ',')) {
		size_t name = strcspn(list, ",=");

		n = strcspn(list, ",");
		for (size_t i = 0; i < sizeof(words) / sizeof(*words); i++)
			if (!strncmp(words[i].word, list, name) && name < 12 &&
			    !words[i].word[name] &&
			    look_is_before(5, words[i].minor))
				fmt_str(buf, WHY_SIZE,
					" (this kernel has no '%s': it came "
					"with Linux %s)",
					words[i].word, words[i].since);
	}
	return buf;
}

const char *why_umount(char buf[WHY_SIZE], int root, const char *target)
{
	int err = errno, fd = path_open(root, target);
	int missing_now = fd < 0 && errno == ENOENT;

	*buf = 0;
	if (err == EPERM)
		fmt_str(buf, WHY_SIZE, "%s", not_allowed(NULL));
	else if (err == ENOENT && missing_now)
		missing(buf, target);
	else if (err == EINVAL && root == AT_FDCWD &&
		 !look_is_mount_point(target))
		fmt_str(buf, WHY_SIZE, " ('%s' is not a mount point)", target);
	else if (err == EBUSY && fd >= 0)
		look_holder(buf, WHY_SIZE, sys_mount_id(fd, ""));
	if (fd >= 0)
		close(fd);
	errno = err;
	return buf;
}

/* A relative name of a directory that something was mounted on meanwhile still
 * leads below that. The mount's path, or NULL */
static const char *covered(const char *path, char *absolute, size_t size)
{
	char cwd[PATH_MAX];

	if (*path == '/' || sys_getcwd(cwd, sizeof(cwd)) ||
	    fmt_str(absolute, size, "%s%s%s", cwd, strcmp(path, ".") ? "/" : "",
		    strcmp(path, ".") ? path : ""))
		return NULL;
	return look_is_mount_point(absolute) ? absolute : NULL;
}

static void not_a_mount_point(char *buf, const char *new_root)
{
	char absolute[256];

	if (covered(new_root, absolute, sizeof(absolute)))
		fmt_str(buf, WHY_SIZE,
			" ('%s' leads below the mount: name it by its path, "
			"%s)",
			new_root, absolute);
	else
		fmt_str(buf, WHY_SIZE,
			" ('%s' is not a mount point; add: nsmount rbind %s "
			"%s)",
			new_root, new_root, new_root);
}

/* Of the words that this build has */
static const char *initramfs_hint(void)
{
	if (CONFIG_APPLET_SWITCH_ROOT && CONFIG_APPLET_PIVOTROOT)
		return ": switch_root leaves it for good, pivotroot for a jail";
	if (CONFIG_APPLET_PIVOTROOT)
		return ": pivotroot covers it";
	return CONFIG_APPLET_SWITCH_ROOT ? ": switch_root leaves it" : "";
}

const char *why_pivot(char buf[WHY_SIZE], const char *new_root,
		      const char *put_old)
{
	int err = errno, refused = err == EINVAL || err == EBUSY;

	*buf = 0;
	if (err == EPERM)
		fmt_str(buf, WHY_SIZE, "%s", not_allowed(NULL));
	else if (err == ENOENT && look_is_missing(new_root))
		missing(buf, new_root);
	else if (err == ENOENT && put_old && look_is_missing(put_old))
		missing(buf, put_old);
	else if (err == ENOTDIR)
		fmt_str(buf, WHY_SIZE, " ('%s' is not a directory)",
			put_old && look_is_directory(new_root) ? put_old
							       : new_root);
	else if (refused && look_is_root(new_root))
		fmt_str(buf, WHY_SIZE, " ('%s' is the root already)", new_root);
	else if (refused && look_is_initramfs())
		fmt_str(buf, WHY_SIZE,
			" ('/' is the initramfs, which stays before Linux "
			"7.0%s)",
			initramfs_hint());
	else if (refused && !look_is_mount_point(new_root))
		not_a_mount_point(buf, new_root);
	else if (refused && put_old && !look_is_below(put_old, new_root))
		fmt_str(buf, WHY_SIZE, " ('%s' does not lie at or below '%s')",
			put_old, new_root);
	else if (refused && look_is_chrooted())
		fmt_str(buf, WHY_SIZE, " ('/' is a chroot, no mount point)");
	else if (refused && look_is_shared("/"))
		fmt_str(buf, WHY_SIZE,
			" ('/' has shared propagation; put unshare -m before)");
	errno = err;
	return buf;
}
