/* cgroup.c - into a cgroup
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "proc.h"
#include "sys.h"

int cgroup_move(int dir, pid_t pid)
{
	int fd = sys_open(dir, "cgroup.procs", O_WRONLY, 0), failed;
	char text[16];

	if (fd < 0)
		return -1;
	fmt_str(text, sizeof(text), "%d", pid);
	failed = write(fd, text, strlen(text)) < 0 ? errno : 0;
	close(fd);
	errno = failed;
	return failed ? -1 : 0;
}

/* Its path, behind "0::", as /proc/PID/cgroup shows it. Dies. */
static char *path_of(int pidfd, pid_t pid, char *buf, size_t size)
{
	pid_t number = pidfd < 0 ? proc_number(pid) : proc_number_of(pidfd);
	char file[32], *at;

	fmt_str(file, sizeof(file), "/proc/%d/cgroup", number);
	at = number < 0 ? NULL : (char *)proc_field(file, "0::", buf, size);
	if (!at)
		die("ask for the cgroup of the jail: %m");
	at[strcspn(at, "\n")] = 0;
	if (!strncmp(at, "/..", 3))
		die("the cgroup '%s' of the jail lies outside of ours", at);
	return at;
}

/* Where cgroup v2 is mounted: alone, or beside v1 */
static int open_top(void)
{
	int fd = sys_open(AT_FDCWD, "/sys/fs/cgroup/unified",
			  O_PATH | O_DIRECTORY, 0);
	struct statfs fs;

	if (fd < 0)
		fd = sys_open(AT_FDCWD, "/sys/fs/cgroup", O_PATH | O_DIRECTORY,
			      0);
	if (fd < 0 || fstatfs(fd, &fs) || fs.f_type != CGROUP2_SUPER_MAGIC)
		die("no cgroup v2 is mounted at /sys/fs/cgroup");
	return fd;
}

void cgroup_join(int pidfd, pid_t pid)
{
	char buf[4096], *path = path_of(pidfd, pid, buf, sizeof(buf));
	int top = open_top(), dir;

	dir = path[1] ? sys_open(top, path + 1, O_PATH | O_DIRECTORY, 0) : top;
	if (dir < 0 || cgroup_move(dir, 0))
		die("enter the cgroup '%s': %m", path);
	close(top);
	if (dir != top)
		close(dir);
}
