/* mapwrite.c - uid and gid maps of a user namespace: from ranges to the kernel
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cap.h"
#include "err.h"
#include "fmt.h"
#include "idmap.h"
#include "outside.h"
#include "proc.h"
#include "sys.h"
#include "why.h"

#define TEXT_SIZE      4096 /* the kernel takes less than a page */
#define HELPER_SECONDS 10

static const struct {
	const char *file, *helper;
	uint64_t cap;
} kinds[2] = {
	{"uid_map", "newuidmap", CAPS_SETUID},
	{"gid_map", "newgidmap", CAPS_SETGID},
};

/* One that is being killed loses its memory, and its files in /proc to root,
 * some time before it can be waited for. */
static int is_dead(pid_t child)
{
	siginfo_t info = {.si_pid = 0};

	for (int ms = 0; child && ms < 50; ms++) {
		if (waitid(P_PID, child, &info, WEXITED | WNOHANG | WNOWAIT))
			return 0;
		if (info.si_pid == child)
			return 1;
		poll(NULL, 0, 1);
	}
	return 0;
}

/* The process, and its directory in procfs */
struct target {
	pid_t pid;
	int dir;
};

/* One write is all that these files take. Returns as idmap_write. */
static int write_file(const struct target *t, const char *file,
		      const char *text)
{
	char why[WHY_SIZE];
	size_t n = strlen(text);
	int fd = sys_open(t->dir, file, O_WRONLY, 0);
	int done = fd >= 0 && write(fd, text, n) == (ssize_t)n, err = errno;

	if (fd >= 0)
		close(fd);
	if (done)
		return 0;
	if (is_dead(t->pid))
		return 1;
	errno = err;
	complain("write '%s' to '%s': %m%s", text, file,
		 fd < 0 || *file != 's' ? why_map(why, fd < 0) : "");
	return -1;
}

static int write_direct(const struct target *t, const struct idmap_ranges *r,
			int i)
{
	char text[TEXT_SIZE] = "";
	size_t n = 0;

	for (int k = 0; k < r->n; k++) {
		if (fmt_str(text + n, sizeof(text) - n, "%s%u %u %u",
			    n ? "\n" : "", r->range[k].inside,
			    r->range[k].outside, r->range[k].count)) {
			complain("%s: more than %d bytes", kinds[i].file,
				 TEXT_SIZE - 1);
			return -1;
		}
		n += strlen(text + n);
	}
	return write_file(t, kinds[i].file, text);
}

/* newuidmap PID [INSIDE OUTSIDE COUNT]... */
static int write_by_helper(pid_t pid, const struct idmap_ranges *r, int i)
{
	struct outside o = {.deadline = HELPER_SECONDS, .hears = 1};
	char words[1 + 3 * IDMAP_RANGES][12];
	char *argv[4 + 3 * IDMAP_RANGES] = {NULL, (char *)kinds[i].helper};
	pid_t number = proc_number(pid);
	int n = 0;

	if (number < 0) {
		if (is_dead(pid))
			return 1;
		complain("find process %d in '/proc': %m", pid);
		return -1;
	}
	fmt_str(words[0], sizeof(*words), "%d", number);
	for (int k = 0; k < r->n; k++) {
		fmt_str(words[++n], sizeof(*words), "%u", r->range[k].inside);
		fmt_str(words[++n], sizeof(*words), "%u", r->range[k].outside);
		fmt_str(words[++n], sizeof(*words), "%u", r->range[k].count);
	}
	for (int k = 0; k <= n; k++)
		argv[k + 2] = words[k];
	if (outside_run(&o, argv + 1))
		complain("run '%s': %m", kinds[i].helper);
	else if (o.late)
		complain("%s: killed after %d seconds", kinds[i].helper,
			 HELPER_SECONDS);
	else if (o.status == STATUS_NOTFOUND)
		complain("run '%s': not found (package uidmap; an ordinary "
			 "user's subordinate ids are mapped by it)",
			 kinds[i].helper);
	else if (o.status && !is_dead(pid))
		complain("%s: status %d%s%s", kinds[i].helper, o.status,
			 *o.said ? ": " : "", o.said);
	else
		return !!o.status;
	return -1;
}

/* May this process write the map of others itself? -1 after telling why that
 * cannot be told. */
static int may_write(int i)
{
	uint64_t caps;

	errno = 0;
	caps = cap_effective();
	if (!caps && errno) {
		complain("capget: %m");
		return -1;
	}
	return !!(caps & kinds[i].cap);
}

static int write_all(const struct target *t, const struct idmap *m)
{
	int result = 0;

	if (m->setgroups)
		result = write_file(t, "setgroups", m->setgroups);
	for (int i = 0; i < 2 && !result; i++) {
		const struct idmap_ranges *r = m->ids + i;
		int direct = !t->pid || idmap_is_own(m, i);

		if (!r->n)
			continue;
		if (!direct)
			direct = may_write(i);
		result = direct < 0 ? -1
			 : direct   ? write_direct(t, r, i)
				    : write_by_helper(t->pid, r, i);
	}
	return result;
}

int idmap_is_empty(const struct idmap *m)
{
	return !m->setgroups && !m->ids[IDMAP_UID].n && !m->ids[IDMAP_GID].n;
}

/* -1 after telling why, -2 if it is dead */
static int open_dir(pid_t pid)
{
	char why[WHY_SIZE];
	int dir = proc_open_dir(pid), err = errno;

	if (dir >= 0)
		return dir;
	if (is_dead(pid))
		return -2;
	errno = err;
	complain("open '/proc/%d': %m%s", pid ? pid : getpid(),
		 why_map(why, 1));
	return -1;
}

int idmap_open(void)
{
	int dir = open_dir(0);

	if (dir < 0)
		_exit(STATUS_FAILED);
	return dir;
}

int idmap_write_own(int dir, const struct idmap *m)
{
	const struct target own = {0, dir};

	return write_all(&own, m);
}

int idmap_write(pid_t pid, const struct idmap *m)
{
	struct target t = {pid, -1};
	int result;

	if (idmap_is_empty(m))
		return 0;
	t.dir = open_dir(pid);
	if (t.dir < 0)
		return t.dir == -2 ? 1 : -1;
	result = write_all(&t, m);
	close(t.dir);
	return result;
}
