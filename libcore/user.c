/* user.c - names and numbers of users, and the ids that are theirs to map
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "user.h"

#include <fcntl.h>
#include <string.h>

#include "fmt.h"
#include "lines.h"
#include "num.h"
#include "sys.h"

static int is_number(const char *word, uint32_t *number)
{
	return word && !num_take32(&word, 0, number);
}

int user_id(const char *word, const char *file, uint32_t *id)
{
	struct lines l;
	char *line;
	int found = is_number(word, id);

	if (found)
		return 0;
	lines_begin(&l, sys_open(AT_FDCWD, file, O_RDONLY, 0));
	while (!found && (line = lines_next(&l))) {
		const char *name = strsep(&line, ":");

		strsep(&line, ":"); /* the password's place */
		found = !strcmp(name, word) &&
			is_number(strsep(&line, ":"), id);
	}
	lines_end(&l);
	return found ? 0 : -1;
}

/* The name of uid; "" if it has none. */
static void name_of(uint32_t uid, char *name, size_t size)
{
	struct lines l;
	char *line;
	uint32_t id;

	*name = 0;
	lines_begin(&l, sys_open(AT_FDCWD, "/etc/passwd", O_RDONLY, 0));
	while (!*name && (line = lines_next(&l))) {
		const char *word = strsep(&line, ":");

		strsep(&line, ":");
		if (is_number(strsep(&line, ":"), &id) && id == uid &&
		    fmt_str(name, size, "%s", word))
			*name = 0; /* half a name is another one */
	}
	lines_end(&l);
}

int user_subids(const char *file, uint32_t uid, uint32_t *first,
		uint32_t *count)
{
	char name[256], *line;
	struct lines l;
	uint32_t id;
	int found = 0;

	name_of(uid, name, sizeof(name));
	lines_begin(&l, sys_open(AT_FDCWD, file, O_RDONLY, 0));
	while (!found && (line = lines_next(&l))) {
		const char *owner = strsep(&line, ":");

		if ((!*name || strcmp(owner, name)) &&
		    (!is_number(owner, &id) || id != uid))
			continue;
		found = is_number(strsep(&line, ":"), first) &&
			is_number(strsep(&line, ":"), count) && *count;
	}
	lines_end(&l);
	return found ? 0 : -1;
}
