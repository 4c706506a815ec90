/* proc.c - a process among others: its number, and how it guards itself
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cap.h"
#include "fmt.h"
#include "sys.h"

const char *proc_field(const char *path, const char *name, char *buf,
		       size_t size)
{
	int fd = sys_open(AT_FDCWD, path, O_RDONLY, 0);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);
	const char *at;

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	at = strstr(buf, name);
	return at ? at + strlen(name) : NULL;
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

pid_t proc_number(pid_t pid)
{
	char path[48], buf[512];
	int fd = sys_pidfd_open(pid);
	const char *number;

	if (fd < 0)
		return errno == ENOSYS || errno == EPERM ? pid : -1;
	fmt_str(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	number = own_field(path, "\nPid:\t", buf, sizeof(buf));
	close(fd);
	if (!number)
		return -1;
	pid = strtol(number, NULL, 10);
	if (pid <= 0)
		errno = ESRCH; /* it lives outside of that procfs */
	return pid > 0 ? pid : -1;
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
