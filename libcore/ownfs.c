/* ownfs.c - file systems that show a new namespace
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "ownfs.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <sys/mount.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "sys.h"
#include "why.h"

static void mount_own(const char *type, const char *dir, int shared)
{
	char why[WHY_SIZE];

	/* EINVAL: DIR is no mount point, and as private as what it lies on. */
	if (shared && mount("none", dir, NULL, MS_PRIVATE | MS_REC, NULL) &&
	    errno != EINVAL)
		die("make '%s' private: %m", dir);
	if (mount(type, dir, type, MS_NOSUID | MS_NODEV | MS_NOEXEC, NULL))
		die("mount '%s' '%s': %m%s", type, dir,
		    why_mount(why, type, NULL, dir));
}

void ownfs_proc(const char *dir, int shared)
{
	mount_own("proc", dir, shared);
}

void ownfs_binfmt(const char *dir, int shared)
{
	mount_own("binfmt_misc", dir, shared);
}

void ownfs_register(const char *dir, const char *interpreter)
{
	char path[PATH_MAX];
	size_t n = strlen(interpreter);
	int fd = -1;

	if (!fmt_str(path, sizeof(path), "%s/register", dir))
		fd = sys_open(AT_FDCWD, path, O_WRONLY, 0);
	if (fd < 0 || write(fd, interpreter, n) != (ssize_t)n)
		die("register '%s' in '%s': %m", interpreter, dir);
	close(fd);
}
