/* look.c - how the machine is, for who wants to say why something failed
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "look.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "cap.h"
#include "fmt.h"
#include "mountinfo.h"
#include "num.h"
#include "proc.h"
#include "sys.h"

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
	return !!(cap_effective() & CAPS_SYS_ADMIN);
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

int look_is_root(const char *path)
{
	struct stat root, st;

	return !stat("/", &root) && !stat(path, &st) &&
	       root.st_dev == st.st_dev && root.st_ino == st.st_ino &&
	       sys_mount_id(AT_FDCWD, path) == sys_mount_id(AT_FDCWD, "/");
}

/* The root of a mount lies on another than its parent does; "/" is its own. */
int look_is_mount_point(const char *path)
{
	char parent[512];
	int64_t id = sys_mount_id(AT_FDCWD, path);

	if (look_is_root(path))
		return !look_is_chrooted();
	return fmt_str(parent, sizeof(parent), "%s/..", path) || id < 0 ||
	       id != sys_mount_id(AT_FDCWD, parent);
}

/* What the mount at "/" is said to be: 1: it has no parent, 0: it has, -1: there
 * is none, -2: that cannot be seen. */
static int root_mount(void)
{
	struct mountinfo m;
	int seen = -2;

	if (mountinfo_open(&m))
		return seen;
	while (seen < 0 && mountinfo_next(&m))
		seen = strcmp(m.point, "/") ? -1 : m.id == m.parent;
	mountinfo_close(&m);
	return seen;
}

int look_is_chrooted(void)
{
	return root_mount() == -1;
}

int look_is_initramfs(void)
{
	return root_mount() == 1;
}

int look_is_shared(const char *path)
{
	int64_t id = sys_mount_id(AT_FDCWD, path);
	struct mountinfo m;
	int shared = 0;

	if (id < 0 || mountinfo_open(&m))
		return 0;
	while (!shared && mountinfo_next(&m))
		shared = m.id == id && m.shared;
	mountinfo_close(&m);
	return shared;
}

int look_first_below(const char *path, char *found, size_t size)
{
	struct mountinfo m;
	int is = 0;

	if (mountinfo_open(&m))
		return 0;
	while (!is && mountinfo_next(&m))
		is = mountinfo_is_below(m.point, path) && strcmp(m.point, path);
	mountinfo_close(&m);
	return is && !fmt_str(found, size, "%s", m.point);
}

int look_is_below(const char *path, const char *top)
{
	int fd = sys_open(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0), up;
	struct stat x, y = {0}, last = {0};

	if (fd < 0 || stat(top, &x))
		return 1;
	for (int i = 0; i < 256 && !fstat(fd, &y); i++) {
		if ((x.st_dev == y.st_dev && x.st_ino == y.st_ino) ||
		    (last.st_dev == y.st_dev && last.st_ino == y.st_ino))
			break;
		last = y;
		up = sys_open(fd, "..", O_PATH | O_DIRECTORY, 0);
		close(fd);
		fd = up;
		if (fd < 0)
			return 1;
	}
	close(fd);
	return x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int look_is_filtered(void)
{
	char buf[4096];

	return !!proc_field("/proc/self/status", "\nSeccomp:\t2", buf,
			    sizeof(buf));
}

int look_is_before(unsigned int major, unsigned int minor)
{
	struct utsname u;
	const char *at = u.release;
	uint64_t is[2];

	return !uname(&u) && !num_take(&at, 10, is) && *at++ == '.' &&
	       !num_take(&at, 10, is + 1) &&
	       (is[0] < major || (is[0] == major && is[1] < minor));
}
