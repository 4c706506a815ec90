/* inherit.c - the descriptors that a program gets
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "inherit.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stddef.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <unistd.h>

#include "err.h"
#include "sys.h"

/* Of what a program should not inherit, what it is; NULL: it is harmless. */
static const char *kind_of(int fd)
{
	struct stat st;
	struct statfs fs;
	int listens = 0;
	socklen_t size = sizeof(listens);

	if (fstat(fd, &st))
		return NULL;
	if (S_ISDIR(st.st_mode))
		return "a directory";
	if (S_ISBLK(st.st_mode))
		return "a block device";
	if (S_ISSOCK(st.st_mode) &&
	    !getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &size))
		return listens ? "a listening socket" : "a socket";
	if (!fstatfs(fd, &fs) && fs.f_type == NSFS_MAGIC)
		return "a namespace";
	return NULL;
}

/* A directory of the host, left open, would be a way out. */
void inherit_only(const int *keep, int n, int tells)
{
	for (int fd = 3; tells && fd < 65536; fd++) {
		int flags = fcntl(fd, F_GETFD);
		const char *kind = flags & FD_CLOEXEC ? NULL : kind_of(fd);
		int kept = 0;

		for (int i = 0; i < n; i++)
			kept |= keep[i] == fd;
		if (kind && !kept)
			warn("closes descriptor %d: %s", fd, kind);
	}
	sys_cloexec_from(3);
	for (int i = 0; i < n; i++)
		if (fcntl(keep[i], F_SETFD, 0))
			die("--keep-fd '%d': %m", keep[i]);
}

/* All of ours are close-on-exec; none of the caller's could be. */
void inherit_check(const char *option, int fd)
{
	int flags = fd < 0 ? 0 : fcntl(fd, F_GETFD);

	if (flags > 0)
		errno = EBADF;
	if (flags)
		die("--%s '%d': %m", option, fd);
}
