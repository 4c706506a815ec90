/* fscontext.c - file systems by the mount API of Linux 5.2
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "fscontext.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

#include "fmt.h"
#include "mntold.h"

/* The last error of the kernel's own: "e proc: Unknown parameter 'x'" */
static void read_log(int fs, char log[MNT_LOG])
{
	char line[MNT_LOG];
	int err = errno;
	ssize_t n;

	while ((n = read(fs, line, sizeof(line) - 1)) > 0) {
		line[n - (line[n - 1] == '\n')] = 0;
		if (n > 2 && *line == 'e')
			fmt_str(log, MNT_LOG, " (%s)", line + 2);
	}
	errno = err;
}

/* The words of the file system. EXDEV: mount(2) can say what this cannot. */
static int configure(int fs, const struct mnt *m, unsigned int command)
{
	const char *list = m->list, *at;
	char word[MNT_DATA], *value;
	size_t n;

	while ((at = mnt_next(&list, &n))) {
		value = memchr(at, '=', n);
		if (n - (value ? value - at : 0) > 255 || memchr(at, '\\', n)) {
			errno = EXDEV;
			return -1;
		}
		memcpy(word, at, n);
		word[n] = 0;
		value = strchr(word, '=');
		if (value)
			*value++ = 0;
		if (sys_fsconfig(
			    fs, value ? FSCONFIG_SET_STRING : FSCONFIG_SET_FLAG,
			    word, value))
			return -1;
	}
	return sys_fsconfig(fs, command, NULL, NULL);
}

int fscontext_make(const struct mnt *m, char log[MNT_LOG])
{
	/* Also read-only is the file system's, as with mount(2). */
	static const struct {
		char name[12];
		unsigned int flag;
	} supers[] = {
		{"ro", MS_RDONLY},	   {"sync", MS_SYNCHRONOUS},
		{"dirsync", MS_DIRSYNC},   {"mand", MS_MANDLOCK},
		{"lazytime", MS_LAZYTIME},
	};
	int fs = sys_fsopen(m->type), tree = -1, failed;

	if (fs < 0)
		return -1;
	failed = sys_fsconfig(fs, FSCONFIG_SET_STRING, "source", m->source);
	for (size_t i = 0; !failed && i < sizeof(supers) / sizeof(*supers); i++)
		if (m->flags & supers[i].flag)
			failed = sys_fsconfig(fs, FSCONFIG_SET_FLAG,
					      supers[i].name, NULL);
	if (!failed && !configure(fs, m, FSCONFIG_CMD_CREATE))
		tree = sys_fsmount(fs, m->set);
	if (tree < 0)
		read_log(fs, log);
	sys_close(fs);
	return tree;
}

int fscontext_again(const struct mnt *m, int fd, char log[MNT_LOG])
{
	int fs = sys_fspick(fd);
	int failed = fs < 0 || configure(fs, m, FSCONFIG_CMD_RECONFIGURE);

	if (fs >= 0 && failed)
		read_log(fs, log);
	sys_close(fs);
	return failed && (errno == ENOSYS || errno == EPERM || errno == EXDEV)
		       ? mntold_data(m, fd)
		       : -failed;
}
