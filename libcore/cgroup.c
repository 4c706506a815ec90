/* cgroup.c - into a cgroup
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "cgroup.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "fmt.h"
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
