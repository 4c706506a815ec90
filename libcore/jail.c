/* jail.c - the namespaces of a process, held open, and its limits
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
	for (int i = 0; i < NS_KINDS; i++)
		j->fd[i] = -1;
	j->known = 0;
}

void jail_close(struct jail *j, int kinds)
{
	for (int i = 0; i < NS_KINDS; i++)
		if (j->fd[i] >= 0 && kinds & ns_table[i].kind) {
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

/* EOPNOTSUPP: this kernel lacks the kind; other errors of the ioctl but ESRCH
 * and EPERM: it lacks the ioctl. */
static int open_one(int pidfd, pid_t pid, const struct ns *ns)
{
	char path[48];
	int fd = pidfd < 0 ? -1 : sys_pidfd_namespace(pidfd, ns->ioctl);
	pid_t number;

	if (fd >= 0 || (pidfd >= 0 && (errno == ESRCH || errno == EPERM ||
				       errno == EOPNOTSUPP)))
		return fd;
	number = proc_number(pid);
	if (number < 0)
		return -1;
	fmt_str(path, sizeof(path), "/proc/%d/ns/%s", number, ns->file);
	fd = sys_open(AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0 && errno == ENOENT && !kill(pid, 0))
		errno = EOPNOTSUPP;
	return fd;
}

int jail_open_one(pid_t pid, const struct ns *ns)
{
	int pidfd = sys_pidfd_open(pid), fd = -1;

	if (pidfd >= 0 || errno == ENOSYS || errno == EPERM)
		fd = open_one(pidfd, pid, ns);
	if (pidfd >= 0)
		close(pidfd);
	return fd;
}

int jail_open(struct jail *j, pid_t pid, int kinds)
{
	int pidfd = sys_pidfd_open(pid), failed = 0;

	jail_clear(j);
	if (pidfd < 0 && errno != ENOSYS && errno != EPERM)
		return -1;
	for (int i = 0; i < NS_KINDS && !failed; i++) {
		if (!(kinds & ns_table[i].kind))
			continue;
		j->fd[i] = open_one(pidfd, pid, ns_table + i);
		if (j->fd[i] < 0 && errno != EOPNOTSUPP)
			failed = errno;
	}
	if (pidfd >= 0)
		close(pidfd);
	if (failed)
		jail_close(j, NS_ALL);
	errno = failed;
	return failed ? -1 : 0;
}

/* The number of a field of /proc/PID/status, the n-th word of it. 0 or -1. */
static int status_word(pid_t number, const char *name, int n, int base,
		       uint64_t *value)
{
	char path[48], buf[4096];
	const char *at;

	fmt_str(path, sizeof(path), "/proc/%d/status", number);
	at = proc_field(path, name, buf, sizeof(buf));
	for (; at && n; n--) {
		at = strchr(at, '\t');
		at += !!at;
	}
	return at ? num_take(&at, base, value) : -1;
}

/* An id of ours as the process's user namespace numbers it. 0 or -1. */
static int map_id(pid_t number, const char *file, uint32_t *id)
{
	char path[48], buf[4096];
	const char *at;

	fmt_str(path, sizeof(path), "/proc/%d/%s", number, file);
	for (at = proc_field(path, "", buf, sizeof(buf)); at && *at;) {
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
static int shares_our_users(pid_t number)
{
	char path[48];
	struct stat x, y;

	fmt_str(path, sizeof(path), "/proc/%d/ns/user", number);
	return !stat(path, &x) && !stat("/proc/self/ns/user", &y) &&
	       x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

int jail_read_limits(struct jail *j, pid_t pid)
{
	pid_t number = proc_number(pid);
	uint64_t bounding, nnp, seccomp, uid, gid;

	if (number < 0)
		return -1;
	errno = ENOENT;
	if (status_word(number, "\nCapBnd:\t", 0, 16, &bounding) ||
	    status_word(number, "\nNoNewPrivs:\t", 0, 10, &nnp) ||
	    status_word(number, "\nSeccomp:\t", 0, 10, &seccomp) ||
	    status_word(number, "\nUid:\t", 1, 10, &uid) ||
	    status_word(number, "\nGid:\t", 1, 10, &gid))
		return -1;
	j->limits = (struct limits){bounding, uid, gid, nnp, seccomp};
	if (!shares_our_users(number) &&
	    (map_id(number, "uid_map", &j->limits.uid) ||
	     map_id(number, "gid_map", &j->limits.gid)))
		return -1;
	j->known = 1;
	return 0;
}
