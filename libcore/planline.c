/* planline.c - the lines of a plan
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <string.h>

#include "chain.h"
#include "err.h"
#include "mountinfo.h"
#include "plan.h"

/* Splits a line in place. How many words */
static int split(char *line, char *words[PLAN_WORDS])
{
	char *save;
	int n = 0;

	for (char *at = strtok_r(line, " \t", &save); at;
	     at = strtok_r(NULL, " \t", &save)) {
		if (n == PLAN_WORDS - 4)
			die("more than %d words", n);
		for (const char *c = at; (c = strchr(c, '\\')); c++)
			if (!strncmp(c, "\\000", 4))
				die("'%s': no word has a NUL byte", at);
		mountinfo_unescape(at);
		words[n++] = at;
	}
	words[n] = NULL;
	return n;
}

static int is_passed_over(const char *word)
{
	static const char names[][8] = {"auto", "nouser", "_netdev", "rbind",
					"bind"};

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++)
		if (!strcmp(word, names[i]))
			return 1;
	return !strncmp(word, "x-", 2);
}

/* Leaves in place the options that are nsmount's, and tells which bind it is,
 * or noauto. */
static const char *fstab_options(char *list)
{
	const char *verb = NULL;
	char *to = list, *save;

	for (char *word = strtok_r(list, ",", &save); word;
	     word = strtok_r(NULL, ",", &save)) {
		size_t n = strlen(word);

		if (!strcmp(word, "noauto"))
			return "noauto";
		if (!strcmp(word, "bind") || !strcmp(word, "rbind"))
			verb = *word == 'b' ? "bind" : "rbind";
		if (is_passed_over(word))
			continue;
		if (to != list)
			*to++ = ',';
		memmove(to, word, n);
		to += n;
	}
	*to = 0;
	return verb;
}

/* SOURCE TARGET TYPE [OPTIONS [FREQ [PASS]]] as words of nsmount. 0: a line that
 * asks for nothing. */
static int from_fstab(char *words[PLAN_WORDS], int n)
{
	char *source = words[0], *target = words[1], *type = words[2], *list;
	const char *verb;

	if (n < 3 || n > 6)
		die("fstab(5) has 3 to 6 fields, not %d", n);
	list = n > 3 ? words[3] : NULL;
	verb = list ? fstab_options(list) : NULL;
	if (!strcmp(type, "swap") || (verb && *verb == 'n'))
		return 0;
	if (!verb && !strcmp(type, "none"))
		die("'%s': of no type, and no bind", target);
	n = 0;
	if (list && *list) {
		words[n++] = (char *)"-o";
		words[n++] = list;
	}
	words[n++] = (char *)(verb ? verb : "fs");
	if (!verb)
		words[n++] = type;
	words[n++] = source;
	words[n++] = target;
	words[n] = NULL;
	return n;
}

int plan_line(struct plan *p, char *words[PLAN_WORDS], int fstab)
{
	while (p->at < p->size) {
		char *line = p->text + p->at;
		char *end = memchr(line, '\n', p->size - p->at);
		int n;

		if (!end)
			end = p->text + p->size;
		*end = 0;
		p->at = end + 1 - p->text;
		*chain_place() = (struct place){p->file, ++p->line};
		if (strlen(line) != (size_t)(end - line))
			die("a NUL byte in the line");
		line += strspn(line, " \t");
		n = *line == '#' ? 0 : split(line, words);
		if (n && fstab)
			n = from_fstab(words, n);
		if (n)
			return n;
	}
	chain_place()->file = NULL;
	return 0;
}
