/* user.c - names and numbers of users, and the ids that are theirs to map
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "user.h"

#include <fcntl.h>
#include <string.h>

#include "err.h"
#include "fmt.h"
#include "lines.h"
#include "num.h"
#include "sys.h"

static int is_number(const char *word, uint32_t *number)
{
	return word && !num_take32(&word, 0, number);
}

static void end(struct lines *l, const char *file)
{
	if (lines_end(l))
		die("read '%s': %m", file);
}

/* The line of file, as passwd(5) or group(5), that has this name, or, if name is
 * NULL, this id: the other of them is filled in. 0, or -1: there is none. */
static int find(const char *file, const char *name, uint32_t *id, char *buf,
		size_t size)
{
	struct lines l;
	char *line;
	int found = 0;

	lines_begin(&l, sys_open(AT_FDCWD, file, O_RDONLY, 0));
	while (!found && (line = lines_next(&l))) {
		const char *word = strsep(&line, ":");
		uint32_t n;

		strsep(&line, ":"); /* the password's place */
		if (!is_number(strsep(&line, ":"), &n))
			continue;
		if (name)
			found = !strcmp(word, name);
		else /* half a name is another one */
			found = n == *id && !fmt_str(buf, size, "%s", word);
		if (found)
			*id = n;
	}
	end(&l, file);
	return found - 1;
}

int user_id(const char *word, const char *file, uint32_t *id)
{
	return is_number(word, id) ? 0 : find(file, word, id, NULL, 0);
}

int user_subids(const char *file, uint32_t uid, uint32_t *first,
		uint32_t *count)
{
	char name[256], *line;
	struct lines l;
	uint32_t id;
	int found = 0;

	if (find("/etc/passwd", NULL, &uid, name, sizeof(name)))
		*name = 0;
	lines_begin(&l, sys_open(AT_FDCWD, file, O_RDONLY, 0));
	while (!found && (line = lines_next(&l))) {
		const char *owner = strsep(&line, ":");

		if ((!*name || strcmp(owner, name)) &&
		    (!is_number(owner, &id) || id != uid))
			continue;
		found = is_number(strsep(&line, ":"), first) &&
			is_number(strsep(&line, ":"), count) && *count;
	}
	end(&l, file);
	return found - 1;
}
