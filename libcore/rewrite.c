/* rewrite.c - another signal, another status: what nsinit makes of them
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "rewrite.h"

#include <signal.h>
#include <stddef.h>
#include <string.h>

#include "err.h"
#include "num.h"
#include "signame.h"

/* "A=B" into two words of at most size bytes. 0, or -1 */
static int split(const char *word, char *from, size_t size, const char **to)
{
	size_t n = strcspn(word, "=");

	if (!word[n] || n >= size)
		return -1;
	memcpy(from, word, n);
	from[n] = 0;
	*to = word + n + 1;
	return 0;
}

/* What goes round would never come to an end, were it done again. */
static int goes_round(const struct rewrite *r, int sig)
{
	int to = sig;

	for (int i = 0; i < 64 && to && r->sends[to] != to; i++) {
		to = r->sends[to];
		if (to == sig)
			return 1;
	}
	return 0;
}

static void parse_rewrite(struct rewrite *r, const char *word)
{
	char name[16];
	const char *other;
	int from, to;

	if (split(word, name, sizeof(name), &other))
		die("--rewrite '%s': not SIGNAL=SIGNAL", word);
	from = signame_parse(name);
	to = signame_parse(other);
	if (!from || (!to && strcmp(other, "0")))
		die("--rewrite '%s': not a signal", word);
	if (from == SIGKILL || from == SIGSTOP || from == SIGCHLD)
		die("--rewrite '%s': this signal is never sent on", word);
	r->sends[from] = to;
	if (goes_round(r, from))
		die("--rewrite '%s': it goes round", word);
}

static void parse_exit(struct rewrite *r, const char *word)
{
	uint32_t from, to;
	const char *at = word;

	if (num_take32(&at, '=', &from) || num_take32(&at, 0, &to) ||
	    from > 255 || to > 255)
		die("--exit-map '%s': not STATUS=STATUS of 0 to 255", word);
	r->ends[from] = to;
}

void rewrite_make(struct rewrite *r, const char *const *signals,
		  const char *const *statuses)
{
	for (int i = 0; i < 65; i++)
		r->sends[i] = i;
	for (int i = 0; i < 256; i++)
		r->ends[i] = i;
	while (*signals)
		parse_rewrite(r, *signals++);
	while (*statuses)
		parse_exit(r, *statuses++);
}
