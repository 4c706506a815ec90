/* look.c - how the machine is, for who wants to say why something failed
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "look.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cap.h"
#include "fmt.h"
#include "sys.h"

#define CAPABILITY_SYS_ADMIN 21 /* CAP_SYS_ADMIN of capabilities(7) */

/* The first bytes of a small file; empty if there are none. */
const char *look_slurp(const char *path, char *buf, size_t size)
{
	int fd = sys_open(AT_FDCWD, path, O_RDONLY, 0);
	ssize_t n = fd < 0 ? 0 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	return buf;
}

int look_says(const char *path, const char *value)
{
	char buf[32];

	look_slurp(path, buf, sizeof(buf));
	buf[strcspn(buf, "\n")] = 0;
	return !strcmp(buf, value);
}

int look_is_admin(void)
{
	return !!(cap_effective() & CAP_BIT(CAPABILITY_SYS_ADMIN));
}

int look_is_missing(const char *path)
{
	struct stat st;

	return stat(path, &st) && (errno == ENOENT || errno == ENOTDIR);
}

int look_is_directory(const char *path)
{
	struct stat st;

	return !stat(path, &st) && S_ISDIR(st.st_mode);
}

/* Is it the root of a mount? It lies on another than its parent does. */
int look_is_mount_point(const char *path)
{
	char parent[512];
	int64_t id = sys_mount_id(AT_FDCWD, path);

	return fmt_str(parent, sizeof(parent), "%s/..", path) || id < 0 ||
	       id != sys_mount_id(AT_FDCWD, parent);
}

/* "/" is no mount point: only chroot(2) makes it so. The first mount of
 * mountinfo is then not at "/". */
int look_is_chrooted(void)
{
	char buf[4096];
	const char *at = look_slurp("/proc/self/mountinfo", buf, sizeof(buf));

	/* 27 1 254:0 / / rw ...: the fifth word is the mount point */
	for (int i = 0; i < 4 && at; i++)
		at = strchr(at, ' ') ? strchr(at, ' ') + 1 : NULL;
	return at && strncmp(at, "/ ", 2) && !strstr(buf, " / / ");
}

int look_is_filtered(void)
{
	char buf[4096];

	return !!strstr(look_slurp("/proc/self/status", buf, sizeof(buf)),
			"\nSeccomp:\t2");
}
