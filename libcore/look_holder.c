/* look_holder.c - what keeps a mount busy
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <fcntl.h>
#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "fmt.h"
#include "look.h"
#include "mountinfo.h"
#include "sys.h"

/* Calls is_it for each name in a directory that is a number, up to the first
 * for which that is true; its name in found. */
static int find_number(const char *dir,
		       int (*is_it)(const char *path, int64_t id), int64_t id,
		       char found[64])
{
	int fd = sys_open(AT_FDCWD, dir, O_RDONLY | O_DIRECTORY, 0), n, is = 0;
	char buf[2048];

	while (fd >= 0 && !is && (n = sys_getdents(fd, buf, sizeof(buf))) > 0)
		for (int at = 0; !is && at < n;) {
			const char *name = buf + at + 19;
			unsigned short length;

			memcpy(&length, buf + at + 16, sizeof(length));
			at += length;
			if (*name >= '0' && *name <= '9' &&
			    !fmt_str(found, 64, "%s/%s", dir, name))
				is = is_it(found, id);
		}
	if (fd >= 0)
		close(fd);
	return is;
}

static int leads_there(const char *path, int64_t id)
{
	return sys_mount_id(AT_FDCWD, path) == id;
}

/* The process's directories, its program, what it has open */
static int is_in(const char *process, int64_t id)
{
	static const char links[][5] = {"cwd", "root", "exe"};
	char path[80], found[64];

	for (int i = 0; i < 3; i++)
		if (!fmt_str(path, sizeof(path), "%s/%s", process, links[i]) &&
		    leads_there(path, id))
			return 1;
	fmt_str(path, sizeof(path), "%s/fd", process);
	return find_number(path, leads_there, id, found);
}

void look_holder(char *buf, size_t size, int64_t id)
{
	char process[64], path[80], name[32];
	struct mountinfo m;

	if (id < 0 || mountinfo_open(&m))
		return;
	while (!*buf && mountinfo_next(&m))
		if (m.parent == id && m.id != id)
			fmt_str(buf, size, " ('%s' is mounted below it)",
				m.point);
	mountinfo_close(&m);
	if (*buf || !find_number("/proc", is_in, id, process))
		return;
	fmt_str(path, sizeof(path), "%s/comm", process);
	look_slurp(path, name, sizeof(name));
	name[strcspn(name, "\n")] = 0;
	fmt_str(buf, size, " (process %s, '%s', is in it)", process + 6, name);
}
