/* env.c - the environment that a program gets
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "env.h"

#include <string.h>
#include <unistd.h>

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
