/* jail.c - what a process stands in, held open, and its limits
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "jail.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fmt.h"
#include "num.h"
#include "proc.h"
#include "sys.h"

void jail_clear(struct jail *j)
{
	for (int i = 0; i < JAIL_FDS; i++)
		j->fd[i] = -1;
	j->known = 0;
}

void jail_close(struct jail *j, int kinds)
{
	for (int i = 0; i < JAIL_FDS; i++)
		if (j->fd[i] >= 0 && kinds & jail_bit(i)) {
			close(j->fd[i]);
			j->fd[i] = -1;
		}
}

int jail_kinds(const struct jail *j)
{
	int kinds = 0;

	for (int i = 0; i < NS_KINDS; i++)
		if (j->fd[i] >= 0)
			kinds |= ns_table[i].kind;
	return kinds;
}

int jail_is_same(int fd, int other)
{
	struct stat x, y;

	return fd >= 0 && other >= 0 && !fstat(fd, &x) && !fstat(other, &y) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

/* What is open on the process while the rest is opened */
struct source {
	pid_t pid;
	int pidfd, dir; /* -1: none; dir -2: not yet tried */
};

/* A file of its procfs directory */
static int open_file(struct source *s, const char *file, int flags)
{
	if (s->dir == -2)
		s->dir = proc_open_dir(s->pid);
	return s->dir < 0 ? -1 : sys_open(s->dir, file, flags, 0);
}

/* EOPNOTSUPP: this kernel lacks the kind; other errors of the ioctl but ESRCH
 * and EPERM: it lacks the ioctl. */
static int open_one(struct source *s, const struct ns *ns)
{
	char path[16];
	int fd = s->pidfd < 0 ? -1 : sys_pidfd_namespace(s->pidfd, ns->ioctl);

	if (fd >= 0 || (s->pidfd >= 0 && (errno == ESRCH || errno == EPERM ||
					  errno == EOPNOTSUPP)))
		return fd;
	fmt_str(path, sizeof(path), "ns/%s", ns->file);
	fd = open_file(s, path, O_RDONLY);
	if (fd < 0 && s->dir >= 0 && errno == ENOENT && !kill(s->pid, 0))
		errno = EOPNOTSUPP;
	return fd;
}

static int open_row(struct source *s, int row)
{
	int fd;

	if (row < NS_KINDS)
		return open_one(s, ns_table + row);
	if (row == JAIL_PIDFD) {
		fd = s->pidfd < 0 ? -1 : fcntl(s->pidfd, F_DUPFD_CLOEXEC, 0);
		errno = s->pidfd < 0 ? EOPNOTSUPP : errno;
		return fd;
	}
	fd = open_file(s, jail_name(row), O_PATH | O_DIRECTORY);
	if (fd < 0 && s->dir < 0 && errno == ENOENT)
		errno = EOPNOTSUPP;
	return fd;
}

static int begin(struct source *s, pid_t pid)
{
	*s = (struct source){pid, sys_pidfd_open(pid), -2};
	return s->pidfd >= 0 || errno == ENOSYS || errno == EPERM ? 0 : -1;
}

static void end(struct source *s)
{
	int err = errno;

	if (s->pidfd >= 0)
		close(s->pidfd);
	if (s->dir >= 0)
		close(s->dir);
	errno = err;
}

int jail_open_one(pid_t pid, const struct ns *ns)
{
	struct source s;
	int fd = begin(&s, pid) ? -1 : open_one(&s, ns);

	end(&s);
	return fd;
}

int jail_open(struct jail *j, pid_t pid, int kinds)
{
	struct source s;
	int failed = 0;

	jail_clear(j);
	if (begin(&s, pid))
		return -1;
	for (int i = 0; i < JAIL_FDS && !failed; i++) {
		if (!(kinds & jail_bit(i)))
			continue;
		j->fd[i] = open_row(&s, i);
		if (j->fd[i] < 0 && errno != EOPNOTSUPP)
			failed = errno;
	}
	end(&s);
	if (failed)
		jail_close(j, JAIL_ALL);
	errno = failed;
	return failed ? -1 : 0;
}

/* The number of a field of its status, the n-th word of it. 0 or -1. */
static int status_word(const char *status, const char *name, int n, int base,
		       uint64_t *value)
{
	const char *at = proc_find(status, name);

	for (; at && n; n--) {
		at = strchr(at, '\t');
		at += !!at;
	}
	return at ? num_take(&at, base, value) : -1;
}

/* The first bytes of a file of it, with a NUL. 0 or -1. */
static int slurp(struct source *s, const char *file, char *buf, size_t size)
{
	int fd = open_file(s, file, O_RDONLY);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	return n < 0 ? -1 : 0;
}

/* An id of ours as the process's user namespace numbers it. 0 or -1. */
static int map_id(struct source *s, const char *file, uint32_t *id)
{
	char buf[4096];
	const char *at = buf;

	if (slurp(s, file, buf, sizeof(buf)))
		return -1;
	while (at && *at) {
		uint64_t inside, outside, count;

		if (num_take(&at, 10, &inside) || num_take(&at, 10, &outside) ||
		    num_take(&at, 10, &count))
			break;
		if (*id >= outside && *id - outside < count) {
			*id = inside + (*id - outside);
			return 0;
		}
		at = strchr(at, '\n');
		at += !!at;
	}
	errno = EOVERFLOW; /* what stat(2) says of an id that is not mapped */
	return -1;
}

/* In our own user namespace ids need no translation; the map would be shown
 * as the parent's. */
static int shares_our_users(struct source *s)
{
	const struct ns *user = ns_by_letter('U');
	int theirs = open_one(s, user), ours = jail_open_one(getpid(), user);
	int same = jail_is_same(theirs, ours);

	close(theirs);
	close(ours);
	return same;
}

static int read_limits(struct source *s, struct limits *l)
{
	uint64_t bounding, nnp, seccomp, uid, gid;
	char buf[4096];

	if (slurp(s, "status", buf, sizeof(buf)))
		return -1;
	errno = ENOENT;
	if (status_word(buf, "\nCapBnd:\t", 0, 16, &bounding) ||
	    status_word(buf, "\nNoNewPrivs:\t", 0, 10, &nnp) ||
	    status_word(buf, "\nSeccomp:\t", 0, 10, &seccomp) ||
	    status_word(buf, "\nUid:\t", 1, 10, &uid) ||
	    status_word(buf, "\nGid:\t", 1, 10, &gid))
		return -1;
	*l = (struct limits){bounding, uid, gid, nnp, seccomp};
	return !shares_our_users(s) && (map_id(s, "uid_map", &l->uid) ||
					map_id(s, "gid_map", &l->gid))
		       ? -1
		       : 0;
}

int jail_read_limits(struct jail *j, pid_t pid)
{
	struct source s;
	int failed = begin(&s, pid) || read_limits(&s, &j->limits);

	end(&s);
	j->known = !failed;
	return failed ? -1 : 0;
}
