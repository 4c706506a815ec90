/* idmap.c - uid and gid maps of a user namespace
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "idmap.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/wait.h>
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

/* One that is being killed loses its memory, and its files in /proc to root,
 * some time before it can be waited for. */
static int is_dead(pid_t child)
{
	siginfo_t info = {.si_pid = 0};

	for (int ms = 0; child && ms < 50; ms++) {
		if (waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT))
			return 0;
		if (info.si_pid == child)
			return 1;
		poll(NULL, 0, 1);
	}
	return 0;
}

/* One write is all a map file takes. 0, or -1 and errno; opening: it was that
 * which failed. */
static int write_file(const char *path, const char *text, int *opening)
{
	size_t n = strlen(text);
	int fd = sys_open(AT_FDCWD, path, O_WRONLY, 0);
	int failed;

	*opening = fd < 0;
	if (fd < 0)
		return -1;
	failed = write(fd, text, n) != (ssize_t)n ? errno : 0;
	close(fd);
	errno = failed;
	return failed ? -1 : 0;
}

int idmap_write(pid_t child, const struct idmap *map)
{
	static const char *const names[] = {"setgroups", "uid_map", "gid_map"};
	pid_t pid = child ? proc_number(child) : 0;
	char path[48] = "/proc", text[48] = "", why[WHY_SIZE];
	int failed = pid < 0, opening = 1;

	for (int i = 0; i < 3 && !failed; i++) {
		fmt_str(text, sizeof(text), "%u %u 1",
			i == 1 ? map->to_uid : map->to_gid,
			i == 1 ? map->uid : map->gid);
		if (i == 0)
			fmt_str(text, sizeof(text), "deny");
		if (pid)
			fmt_str(path, sizeof(path), "/proc/%d/%s", pid,
				names[i]);
		else
			fmt_str(path, sizeof(path), "/proc/self/%s", names[i]);
		failed = write_file(path, text, &opening);
	}
	if (!failed)
		return 0;
	failed = errno;
	if (is_dead(child))
		return 1;
	errno = failed;
	complain("write '%s' to '%s': %m%s", text, path, why_map(why, opening));
	return -1;
}
