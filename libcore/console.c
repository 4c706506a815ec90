/* console.c - a terminal for a new session
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "err.h"
#include "sys.h"

void console_take(const char *path)
{
	int fd;

	if (setsid() < 0)
		die("make a new session: %m");
	fd = sys_open(AT_FDCWD, path, O_RDWR | O_NOCTTY, 0);
	if (fd < 0)
		die("open '%s': %m", path);
	if (ioctl(fd, TIOCSCTTY, 0))
		die("make '%s' the controlling terminal: %m%s", path,
		    errno == EPERM ? " (it is another session's)" : "");
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) < 0)
			die("take '%s': %m", path);
	if (fd > 2)
		close(fd);
}
