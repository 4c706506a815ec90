/* console.c - a terminal for a new session
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "console.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
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

static int is_foreground(void)
{
	pid_t group = getpgrp();

	return group > 0 && tcgetpgrp(STDIN_FILENO) == group;
}

int console_group(void)
{
	const sys_sigset ttou = SYS_SIG(SIGTTOU);
	int has = is_foreground(), failed;

	/* Who takes it from the background would be stopped. */
	sys_sigmask(SIG_BLOCK, &ttou, NULL);
	failed = setpgid(0, 0) || (has && tcsetpgrp(STDIN_FILENO, getpid()));
	sys_sigmask(SIG_UNBLOCK, &ttou, NULL);
	return failed ? -1 : 0;
}

void console_lend(pid_t group)
{
	if (is_foreground())
		tcsetpgrp(STDIN_FILENO, group);
}

void console_return(pid_t group)
{
	if (tcgetpgrp(STDIN_FILENO) == group)
		tcsetpgrp(STDIN_FILENO, getpgrp());
}
