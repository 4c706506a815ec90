/* idmount.c - the user namespace whose maps an idmapped mount shows ids by
 *
 * SPDX-License-Identifier: 0BSD
 *
 * The helper does nothing: it is there for its namespace, until this process
 * has opened that. It ends when our end of the pipe does, whoever dies.
 */
#include "idmount.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "proc.h"
#include "sys.h"

/* IN OUT N, as uid_map wants it; -1: it is not that. */
static int to_map(const char *text, char map[48])
{
	int colons = 0, digits = 0;
	size_t n = 0;

	for (; text[n] && text[n] != ','; n++) {
		int colon = text[n] == ':';

		if ((!colon && (text[n] < '0' || text[n] > '9')) ||
		    (colon && !digits) || n > 40)
			return -1;
		digits = colon ? 0 : digits + 1;
		colons += colon;
		map[n] = colon ? ' ' : text[n];
	}
	map[n] = 0;
	return colons == 2 && digits ? 0 : -1;
}

void idmount_check(const char *text, const char *list)
{
	char map[48];

	if (*text != '/' && to_map(text, map))
		die("-o '%s': idmap wants IN:OUT:N or the file of a user "
		    "namespace",
		    list);
}

static int write_file(pid_t pid, const char *name, const char *map)
{
	char path[48];
	int fd, failed;

	fmt_str(path, sizeof(path), "/proc/%d/%s", pid, name);
	fd = sys_open(AT_FDCWD, path, O_WRONLY, 0);
	if (fd < 0)
		return -1;
	failed = write(fd, map, strlen(map)) < 0;
	sys_close(fd);
	return -failed;
}

/* The namespace of the helper, with its maps */
static int open_helper(pid_t child, const char *map, char log[MNT_LOG])
{
	char path[48];
	pid_t pid = proc_number(child);

	if (pid < 0 || write_file(pid, "uid_map", map) ||
	    write_file(pid, "gid_map", map)) {
		fmt_str(log, MNT_LOG, " (the maps '%s' cannot be written)",
			map);
		return -1;
	}
	fmt_str(path, sizeof(path), "/proc/%d/ns/user", pid);
	return sys_open(AT_FDCWD, path, O_RDONLY, 0);
}

static int make(const char *map, char log[MNT_LOG])
{
	int ends[2], fd, err;
	char byte;
	pid_t child;

	if (pipe2(ends, O_CLOEXEC))
		return -1;
	child = sys_clone(CLONE_NEWUSER, -1);
	if (!child) {
		close(ends[1]);
		while (read(ends[0], &byte, 1) < 0 && errno == EINTR)
			continue;
		_exit(0);
	}
	fd = child < 0 ? -1 : open_helper(child, map, log);
	err = errno;
	close(ends[0]);
	close(ends[1]);
	while (child > 0 && waitpid(child, NULL, 0) < 0 && errno == EINTR)
		continue;
	errno = err;
	return fd;
}

int idmount_open(const char *text, char log[MNT_LOG])
{
	char map[PATH_MAX];

	if (*text != '/')
		return to_map(text, map) ? -1 : make(map, log);
	fmt_str(map, sizeof(map), "%s", text);
	map[strcspn(map, ",")] = 0;
	return sys_open(AT_FDCWD, map, O_RDONLY, 0);
}
