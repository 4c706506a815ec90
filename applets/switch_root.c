/* switch_root.c - leave an initramfs for good
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "look.h"
#include "opt.h"
#include "path.h"
#include "root.h"
#include "sys.h"
#include "wipe.h"

/* The console as the old root names it: a terminal, opened before anything
 * changes. -1: none is wanted. */
static int open_console(const char *console)
{
	int fd;

	if (!console)
		return -1;
	fd = sys_open(AT_FDCWD, console, O_RDWR | O_NOCTTY, 0);
	if (fd < 0)
		die("open '%s': %m", console);
	if (!isatty(fd))
		die("'%s' is no terminal", console);
	return fd;
}

/* After the switch it is too late to find that there is no init. */
static void check_init(int new_root, const char *init)
{
	struct stat st;
	int fd;

	if (!chain_is_last())
		return; /* it is a step */
	if (!strchr(init, '/'))
		die("'%s' is no step: name INIT by its path in NEW", init);
	fd = path_open(new_root, init);
	if (fd < 0 || fstat(fd, &st))
		die("INIT '%s' in NEW: %m", init);
	if (!S_ISREG(st.st_mode) || !(st.st_mode & 0111))
		die("INIT '%s' in NEW is no program", init);
	close(fd);
}

/* NEW is another file system, mounted: the one of "/" shall be freed. */
static int open_new(const char *new_root)
{
	int fd = sys_open(AT_FDCWD, new_root, O_PATH | O_DIRECTORY, 0);
	struct stat st, root;

	if (fd < 0 || fstat(fd, &st) || stat("/", &root))
		die("open '%s': %m", new_root);
	if (!look_is_mount_point(new_root))
		die("'%s' is not a mount point", new_root);
	if (st.st_dev == root.st_dev)
		die("'%s' is on the file system of '/'", new_root);
	return fd;
}

/* One is freed, and nothing else that happens to live in memory: the host may,
 * of whose mounts these can be a copy. */
static int is_initramfs(int root)
{
	struct stat st;

	return wipe_is_memory(root) && !fstatat(root, "init", &st, 0) &&
	       S_ISREG(st.st_mode);
}

/* The terminal is that of a session of our own, and 0, 1 and 2. */
static void take_console(int fd)
{
	/* Fails for a session's leader, who need not be it once more. */
	setsid();
	if (ioctl(fd, TIOCSCTTY, 1))
		die("make the console the controlling terminal: %m");
	for (int i = 0; i < 3; i++)
		if (dup2(fd, i) != i)
			die("make the console descriptor %d: %m", i);
	close(fd);
}

static char **run(char **argv)
{
	const char *console = NULL;
	const struct opt options[] = {
		OPT_STR('c', "console", &console, "CONSOLE",
			"a terminal of the old root, to be that of INIT"),
		OPT_END,
	};
	char **word = opt_parse(&argv, options, 1);
	static const char *const carried[] = {"/dev", "/proc", "/sys", "/run",
					      NULL};
	int new_root, old_root, tty;

	if (!*argv)
		die("an operand is missing: INIT");
	chain_leaves_root(1);
	if (chain_reading(argv))
		return argv;

	new_root = open_new(*word);
	check_init(new_root, *argv);
	tty = open_console(console);
	old_root = sys_open(AT_FDCWD, "/", O_RDONLY | O_DIRECTORY, 0);
	if (old_root < 0)
		die("open '/': %m");
	if (getpid() != 1)
		warn("this is not PID 1: '%s' will not be, either", *argv);
	if (!is_initramfs(old_root)) {
		warn("'/' is no initramfs with an /init: it is not freed");
		close(old_root);
		old_root = -1;
	}
	if (tty >= 0)
		take_console(tty);
	root_switch(*word, carried);
	if (old_root >= 0)
		wipe_below(old_root);
	close(old_root);
	close(new_root);
	return argv;
}

const struct applet applet_switch_root = {
	.name = "switch_root",
	.args = "[-c CONSOLE] NEW INIT",
	.brief = "leave the initramfs: NEW is the root, INIT goes on",
	.examples = "exec cellbox switch_root /new /sbin/init\n"
		    "exec cellbox switch_root -c /dev/console /new nsinit "
		    "/bin/sh",
	.run = run,
};
