/* proc.c - a process among others: its number, and how it guards itself
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "cap.h"
#include "chain.h"
#include "fmt.h"
#include "num.h"
#include "sys.h"

const char *proc_find(const char *text, const char *name)
{
	for (size_t n = strlen(name); *text; text++)
		if (!strncmp(text, name, n))
			return text + n;
	return *name ? NULL : text;
}

const char *proc_field(const char *path, const char *name, char *buf,
		       size_t size)
{
	/* What stands there in a root that is not trusted makes nobody wait. */
	int fd = sys_open(AT_FDCWD, path, O_RDONLY | O_NONBLOCK | O_NOCTTY, 0);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	return proc_find(buf, name);
}

/* Who is undumpable has lost its own files in /proc to root: an ordinary user
 * takes them back for the moment of this read. */
static const char *own_field(const char *path, const char *name, char *buf,
			     size_t size)
{
	const char *value = proc_field(path, name, buf, size);

	if (value || errno != EACCES ||
	    prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL))
		return value;
	value = proc_field(path, name, buf, size);
	return prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) ? NULL : value;
}

pid_t proc_number_of(int pidfd)
{
	char path[48], buf[512];
	const char *number;
	uint32_t n;

	fmt_str(path, sizeof(path), "/proc/self/fdinfo/%d", pidfd);
	number = own_field(path, "\nPid:\t", buf, sizeof(buf));
	if (!number)
		return -1;
	if (!num_take32(&number, '\n', &n) && n > 0)
		return n;
	errno = ESRCH; /* "-1" or 0: it lives outside of that procfs */
	return -1;
}

pid_t proc_number(pid_t pid)
{
	int fd = sys_pidfd_open(pid), err;

	if (fd < 0)
		return errno == ENOSYS || errno == EPERM ? pid : -1;
	pid = proc_number_of(fd);
	err = errno;
	close(fd);
	errno = err;
	return pid;
}

/* Of a procfs that is mounted nowhere, for where /proc is none, or forged */
static int open_private(pid_t pid)
{
	char name[16];
	int fs = sys_fsopen("proc"), tree, dir = -1;

	if (fs < 0)
		return -1;
	tree = sys_fsconfig(fs, FSCONFIG_CMD_CREATE, NULL, NULL)
		       ? -1
		       : sys_fsmount(fs, 0);
	fmt_str(name, sizeof(name), "%d", pid ? pid : getpid());
	if (tree >= 0)
		dir = sys_open(tree, name, O_PATH | O_DIRECTORY, 0);
	close(fs);
	close(tree);
	return dir;
}

/* A root that was entered may have anything in place of /proc. */
static int is_forged(int fd)
{
	struct statfs fs;

	return chain_root_is_foreign() &&
	       (fstatfs(fd, &fs) || fs.f_type != PROC_SUPER_MAGIC);
}

int proc_open_dir(pid_t pid)
{
	pid_t number = pid ? proc_number(pid) : 0;
	char path[32] = "/proc/self";
	int dir, err;

	if (number > 0)
		fmt_str(path, sizeof(path), "/proc/%d", number);
	dir = number < 0 ? -1
			 : sys_open(AT_FDCWD, path, O_PATH | O_DIRECTORY, 0);
	if (dir >= 0 && !is_forged(dir))
		return dir;
	err = dir < 0 ? errno : ENOENT;
	if (dir >= 0)
		close(dir);
	if (err != ENOENT && err != ENOTDIR)
		dir = -1;
	else
		dir = open_private(pid);
	if (dir < 0)
		errno = err;
	return dir;
}

int proc_open(const char *file, int flags)
{
	int dir = proc_open_dir(0);
	int fd = dir < 0 ? -1 : sys_open(dir, file, flags, 0);
	int err = errno;

	if (dir >= 0)
		close(dir);
	errno = err;
	return fd;
}

void proc_close_others(const int *keep, int n)
{
	unsigned int fd = 3;

	for (;;) {
		unsigned int next = ~0U;

		for (int i = 0; i < n; i++)
			if (keep[i] >= 0 && (unsigned int)keep[i] >= fd &&
			    (unsigned int)keep[i] < next)
				next = keep[i];
		if (next > fd)
			sys_close_range(fd, next == ~0U ? next : next - 1);
		if (next == ~0U)
			return;
		fd = next + 1;
	}
}

int proc_guard(const int *keep, int n, uint64_t caps)
{
	proc_close_others(keep, n);
	if (prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL))
		return -1;
	return cap_keep_only(caps);
}

/* The payload has been forked: what it inherits is not ours. */
static void survive_full_memory(void)
{
	int fd;

	if (chain_made() & CLONE_NEWUSER ||
	    !(cap_effective() & CAPS_SYS_RESOURCE))
		return;
	fd = proc_open("oom_score_adj", O_WRONLY);
	if (fd >= 0 && write(fd, "-1000", 5) == 5)
		close(fd);
}

int proc_ward(void)
{
	survive_full_memory();
	return prctl(PR_SET_NO_NEW_PRIVS, 1UL, 0UL, 0UL, 0UL) || chdir("/") ? -1
									    : 0;
}

/* The kernel put the strings one behind the other: arguments, environment, the
 * file's name. */
void proc_wipe(char *first, const char *name)
{
	char *last = (char *)getauxval(AT_EXECFN);
	size_t n = strlen(first);

	if (!last || last < first)
		return;
	memset(first, 0, last - first + strlen(last));
	fmt_str(first, n + 1, "%s", name);
}

int proc_can_trace(pid_t pid)
{
	char path[32], buf[4096];
	const char *at;
	uint64_t caps;

	fmt_str(path, sizeof(path), "/proc/%d/status", proc_number(pid));
	at = proc_field(path, "\nCapPrm:\t", buf, sizeof(buf));
	return at && !num_take(&at, 16, &caps) && caps & CAPS_SYS_PTRACE;
}

int proc_is_initial_user(void)
{
	struct stat st;

	return !stat("/proc/self/ns/user", &st) &&
	       st.st_ino == 0xeffffffd; /* PROC_USER_INIT_INO */
}
