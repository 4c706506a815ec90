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
	int fd = t->dir < 0 ? -1 : sys_open(t->dir, file, O_WRONLY, 0);
	int failed = fd < 0 || write(fd, text, n) != (ssize_t)n ? errno : 0;

	if (fd >= 0)
		close(fd);
	if (!failed)
		return 0;
	if (is_dead(t->pid))
		return 1;
	errno = failed;
	complain("write '%s' to '%s': %m%s", text, file, why_map(why, fd < 0));
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
	int n = 0;

	fmt_str(words[0], sizeof(*words), "%d", proc_number(pid));
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

static int is_own(const struct idmap *m, int i)
{
	const struct idmap_ranges *r = m->ids + i;

	return r->n == 1 && r->range[0].count == 1 &&
	       r->range[0].outside == m->own[i] &&
	       (i == IDMAP_UID ||
		(m->setgroups && !strcmp(m->setgroups, "deny")));
}

static int write_all(const struct target *t, const struct idmap *m)
{
	int result = 0;

	if (m->setgroups)
		result = write_file(t, "setgroups", m->setgroups);
	for (int i = 0; i < 2 && !result; i++) {
		const struct idmap_ranges *r = m->ids + i;

		if (!r->n)
			continue;
		if (!t->pid || is_own(m, i) || cap_effective() & kinds[i].cap)
			result = write_direct(t, r, i);
		else
			result = write_by_helper(t->pid, r, i);
	}
	return result;
}

int idmap_write(pid_t pid, const struct idmap *m)
{
	struct target t = {pid, -1};
	int result;

	if (!m->setgroups && !m->ids[IDMAP_UID].n && !m->ids[IDMAP_GID].n)
		return 0;
	t.dir = proc_open_dir(pid);
	result = write_all(&t, m);
	if (t.dir >= 0)
		close(t.dir);
	return result;
}
