/* env.c - the environment that a program gets
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "env.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "proc.h"
#include "sys.h"

#define ENV_MOST (8 << 20) /* the kernel's limit is 6 MB (execve(2)) */

static int is_listed(const char *variable, const char *list)
{
	size_t n = strcspn(variable, "=");

	for (; *list; list += strcspn(list, ","), list += *list == ',')
		if (!strncmp(list, variable, n) && (!list[n] || list[n] == ','))
			return 1;
	return 0;
}

void env_keep_only(const char *list)
{
	char **to = environ;

	for (char **from = environ; from && *from; from++)
		if (is_listed(*from, list))
			*to++ = *from;
	if (to)
		*to = NULL;
}

/* Pages as they are touched; NULL: there are none. */
static void *pages(size_t size)
{
	void *at = mmap(NULL, size, PROT_READ | PROT_WRITE,
			MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	return at == MAP_FAILED ? NULL : at;
}

int env_take(pid_t pid)
{
	int dir = proc_open_dir(pid);
	int fd = dir < 0 ? -1 : sys_open(dir, "environ", O_RDONLY, 0);
	char *text = fd < 0 ? NULL : pages(ENV_MOST), **list;
	size_t n = 0, count = 1;
	ssize_t got = -1;

	while (text && (got = read(fd, text + n, ENV_MOST - 1 - n)) > 0)
		n += got;
	if (got < 0)
		return -1;
	for (size_t i = 0; i < n; i++)
		count += !text[i];
	list = pages((count + 1) * sizeof(*list));
	if (!list)
		return -1;
	environ = list;
	for (char *at = text; at < text + n; at += strlen(at) + 1)
		*list++ = at;
	close(dir);
	return close(fd);
}
