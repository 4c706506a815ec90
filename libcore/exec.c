/* exec.c - execute a program as a shell would
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "exec.h"

#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fmt.h"

/* execve(2), and what execvp(3) promises of scripts: musl's does not keep it */
static void execute_file(char *file, char **argv)
{
	execve(file, argv, environ);
	if (errno != ENOEXEC)
		return;
	argv[0] = file;
	argv[-1] = (char *)"/bin/sh";
	execve(argv[-1], argv - 1, environ);
}

/* As execvp(3): the first that can be run; EACCES if one was found that
 * cannot, else ENOENT. */
static void execute_by_path(char **argv)
{
	const char *path = getenv("PATH");
	const char *name = argv[0];
	int err = ENOENT;
	char file[PATH_MAX];

	if (!path)
		path = "/usr/local/bin:/bin:/usr/bin";
	for (const char *end; path; path = *end ? end + 1 : NULL) {
		char dir[PATH_MAX];
		size_t n = (end = strchrnul(path, ':')) - path;

		if (n >= sizeof(dir))
			continue;
		memcpy(dir, path, n);
		dir[n] = 0;
		if (fmt_str(file, sizeof(file), "%s%s%s", dir, n ? "/" : "",
			    name))
			continue;
		execute_file(file, argv);
		if (errno == EACCES)
			err = EACCES;
		else if (errno != ENOENT && errno != ENOTDIR)
			return;
	}
	errno = err;
}

int exec_program(char **argv)
{
	if (!**argv)
		errno = ENOENT;
	else if (strchr(*argv, '/'))
		execute_file(*argv, argv);
	else
		execute_by_path(argv);
	return errno == ENOENT || errno == ENOTDIR ? 127 : 126;
}
