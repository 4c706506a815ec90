/* source.c - what a bind or a move is made of
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "source.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "mountinfo.h"
#include "path.h"

const char *source_in_root(const char *word)
{
	return strncmp(word, "in-root:", 8) ? NULL : word + 8;
}

/* N of fd:N; -1: it is none; -2: it is wrong */
static int number(const char *word)
{
	int n = 0;

	if (strncmp(word, "fd:", 3))
		return -1;
	for (word += 3; *word >= '0' && *word <= '9' && n < 10000000; word++)
		n = n * 10 + *word - '0';
	return *word || word[-1] == ':' ? -2 : n;
}

void source_check(const char *word, int with_root)
{
	if (source_in_root(word) && !with_root)
		die("'%s': in-root: wants -R", word);
	if (number(word) == -2)
		die("'%s': fd: wants a number", word);
}

static int is_ours(int64_t id)
{
	struct mountinfo m;
	int is = 0;

	if (mountinfo_open(&m))
		return 0;
	while (!is && mountinfo_next(&m))
		is = m.id == id;
	mountinfo_close(&m);
	return is;
}

static int path_of(int fd, char path[PATH_MAX])
{
	char name[32];
	ssize_t n;

	fmt_str(name, sizeof(name), "/proc/self/fd/%d", fd);
	n = readlink(name, path, PATH_MAX - 1);
	path[n < 0 ? 0 : n] = 0;
	return n < 0 ? -1 : 0;
}

static int open_fd(struct mnt *m, int n, char log[MNT_LOG])
{
	if (fcntl(n, F_GETFD) < 0) {
		fmt_str(log, MNT_LOG, " (descriptor %d is not open)", n);
		return -1;
	}
	if (is_ours(sys_mount_id(n, "")))
		return mnt_open(m, n, "");
	m->tree = 1;
	m->source_fd = fcntl(n, F_DUPFD_CLOEXEC, 3);
	return m->source_fd < 0 ? -1 : 0;
}

int source_open(struct mnt *m, int root, char log[MNT_LOG])
{
	const char *below = source_in_root(m->source);
	int n = number(m->source), fd, failed;

	*log = 0;
	if (n >= 0)
		return open_fd(m, n, log);
	if (!below)
		return mnt_open(m, AT_FDCWD, m->source);
	fd = path_open(root, below);
	if (fd < 0)
		return -1;
	failed = mnt_open(m, fd, "");
	sys_close(fd);
	return failed;
}

int source_again(struct mnt *m, char log[MNT_LOG])
{
	char path[PATH_MAX], again[PATH_MAX];
	int n = number(m->source), fd, failed = -1;
	struct stat was, is;

	if (n < 0)
		return -1;
	fmt_str(log, MNT_LOG,
		" (descriptor %d is neither a detached tree nor, by its path, "
		"in this mount namespace)",
		n);
	if (path_of(n, path) || *path != '/')
		return -1;
	fd = sys_open(AT_FDCWD, path, O_PATH | O_NOFOLLOW, 0);
	if (fd >= 0 && !fstat(n, &was) && !fstat(fd, &is) &&
	    was.st_dev == is.st_dev && was.st_ino == is.st_ino &&
	    !path_of(fd, again) && !strcmp(path, again))
		failed = mnt_open(m, fd, "");
	sys_close(fd);
	errno = EINVAL;
	return failed;
}
