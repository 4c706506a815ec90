/* wipe.c - give the memory of an initramfs back
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "wipe.h"

#include <dirent.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "sys.h"

int wipe_is_memory(int dir)
{
	struct statfs fs;

	return !fstatfs(dir, &fs) && ((uint32_t)fs.f_type == RAMFS_MAGIC ||
				      (uint32_t)fs.f_type == TMPFS_MAGIC);
}

static void wipe(int dir, int64_t mount);

static void wipe_one(int dir, int64_t mount, const char *name)
{
	int below;

	if (!strcmp(name, ".") || !strcmp(name, "..") ||
	    !unlinkat(dir, name, 0))
		return;
	below = sys_open(dir, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW, 0);
	if (below < 0)
		return;
	if (sys_mount_id(below, "") == mount)
		wipe(below, mount);
	close(below);
	unlinkat(dir, name, AT_REMOVEDIR);
}

static void wipe(int dir, int64_t mount)
{
	union {
		struct dirent first;
		char bytes[2048];
	} buf;
	int n;

	while ((n = sys_getdents(dir, &buf, sizeof(buf))) > 0)
		for (int at = 0; at < n;) {
			struct dirent *entry = (void *)(buf.bytes + at);

			wipe_one(dir, mount, entry->d_name);
			at += entry->d_reclen;
		}
}

void wipe_below(int dir)
{
	int64_t mount = sys_mount_id(dir, "");

	if (mount >= 0 && wipe_is_memory(dir))
		wipe(dir, mount);
}
