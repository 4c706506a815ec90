/* nsfile.c - a namespace by its file, its number or its descriptor
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <fcntl.h>

#include "err.h"
#include "jail.h"
#include "num.h"
#include "sys.h"
#include "why.h"

/* FILE, or :NSID (Linux 6.19) */
static int open_word(const char *word)
{
	const char *id = word + 1;
	uint64_t number;

	if (*word != ':')
		return sys_open(AT_FDCWD, word, O_RDONLY, 0);
	if (num_take(&id, 10, &number) || *id)
		die("'%s': not the number of a namespace", word);
	return sys_ns_by_id(number);
}

void jail_must_open(struct jail *j, pid_t pid, int kinds)
{
	char why[WHY_SIZE];

	if (jail_open(j, pid, kinds))
		die("open the namespaces of process %d: %m%s", pid,
		    why_proc(why));
}

void jail_must_have(const struct jail *j, int kinds)
{
	for (int i = 0; i < NS_KINDS; i++)
		if (kinds & ns_table[i].kind && j->fd[i] < 0)
			die("there is no %s namespace (not served, or not in "
			    "this kernel: Linux %s)",
			    ns_table[i].name, ns_table[i].since);
}

void jail_open_files(struct jail *j, const struct ns_choice *c)
{
	for (int i = 0; i < NS_KINDS; i++) {
		if (!c->file[i])
			continue;
		jail_close(j, ns_table[i].kind);
		j->fd[i] = open_word(c->file[i]);
		if (j->fd[i] < 0)
			die("open '%s': %m", c->file[i]);
		if (sys_ns_kind(j->fd[i]) != ns_table[i].kind)
			die("'%s' is not a %s namespace", c->file[i],
			    ns_table[i].name);
	}
}

int jail_take(struct jail *j, int fd)
{
	int kind = sys_ns_kind(fd);

	if (kind < 0)
		return -1;
	for (int i = 0; i < NS_KINDS; i++) {
		if (ns_table[i].kind != kind)
			continue;
		if (j->fd[i] < 0)
			j->fd[i] = fd;
		return i;
	}
	errno = EINVAL;
	return -1;
}
