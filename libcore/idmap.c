/* idmap.c - uid and gid maps of a user namespace
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "proc.h"
#include "sys.h"
#include "why.h"

struct idmap idmap_caller(int root)
{
	struct idmap map = {.wanted = 1, .uid = geteuid(), .gid = getegid()};

	map.to_uid = root ? 0 : map.uid;
	map.to_gid = root ? 0 : map.gid;
	return map;
}

/* One write is all a map file takes. */
static int write_file(pid_t pid, const char *name, const char *text)
{
	char path[48], why[WHY_SIZE];
	size_t n = strlen(text);
	ssize_t written = -1;
	int fd;

	if (pid)
		fmt_str(path, sizeof(path), "/proc/%d/%s", pid, name);
	else
		fmt_str(path, sizeof(path), "/proc/self/%s", name);
	fd = sys_open(AT_FDCWD, path, O_WRONLY, 0);
	if (fd >= 0)
		written = write(fd, text, n);
	if (fd >= 0 && written == (ssize_t)n) {
		close(fd);
		return 0;
	}
	complain("write '%s' to '%s': %m%s", text, path, why_map(why, fd < 0));
	if (fd >= 0)
		close(fd);
	return -1;
}

int idmap_write(pid_t child, const struct idmap *map)
{
	pid_t pid = child ? proc_number(child) : 0;
	char uids[48], gids[48], why[WHY_SIZE];

	if (pid < 0) {
		complain("find process %d in /proc: %m%s", child,
			 why_map(why, 1));
		return -1;
	}

	fmt_str(uids, sizeof(uids), "%u %u 1", map->to_uid, map->uid);
	fmt_str(gids, sizeof(gids), "%u %u 1", map->to_gid, map->gid);
	if (write_file(pid, "setgroups", "deny") ||
	    write_file(pid, "uid_map", uids) ||
	    write_file(pid, "gid_map", gids))
		return -1;
	return 0;
}
