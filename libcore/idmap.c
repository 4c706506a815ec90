/* idmap.c - uid and gid maps of a user namespace: from words to ranges
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "idmap.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "lines.h"
#include "num.h"
#include "outside.h"
#include "proc.h"
#include "user.h"

static const struct {
	const char *one, *many, *accounts, *subids, *file;
} names[2] = {
	{"--map-user", "--map-users", "/etc/passwd", "/etc/subuid", "uid_map"},
	{"--map-group", "--map-groups", "/etc/group", "/etc/subgid", "gid_map"},
};

/* IN:OUT:COUNT, or OUT,IN,COUNT as before util-linux 2.39. 0, or -1 */
static int parse_range(const char *word, struct idmap_range *r)
{
	int old = !!strchr(word, ',');
	char sep = old ? ',' : ':';

	return num_take32(&word, sep, old ? &r->outside : &r->inside) ||
	       num_take32(&word, sep, old ? &r->inside : &r->outside) ||
	       num_take32(&word, 0, &r->count);
}

/* The last id there could be stands for "none" (-1). */
static int is_too_much(uint32_t first, uint32_t count)
{
	return !count || count > UINT32_MAX - first;
}

static int overlap(uint32_t a, uint32_t n, uint32_t b, uint32_t m)
{
	return a < (uint64_t)b + m && b < (uint64_t)a + n;
}

static void add(struct idmap_ranges *to, int i, const struct idmap_range *r)
{
	if (is_too_much(r->inside, r->count) ||
	    is_too_much(r->outside, r->count))
		die("%s '%u:%u:%u': no such ids", names[i].many, r->inside,
		    r->outside, r->count);
	for (int k = 0; k < to->n; k++) {
		const struct idmap_range *o = to->range + k;

		if (overlap(r->inside, r->count, o->inside, o->count) ||
		    overlap(r->outside, r->count, o->outside, o->count))
			die("%s '%u:%u:%u': overlaps '%u:%u:%u'", names[i].many,
			    r->inside, r->outside, r->count, o->inside,
			    o->outside, o->count);
	}
	if (to->n == IDMAP_RANGES)
		die("%s: a map has at most %d lines", names[i].many,
		    IDMAP_RANGES);
	to->range[to->n++] = *r;
}

/* Every id that is mapped where we are, as it is */
static void add_all(struct idmap_ranges *to, int i)
{
	struct lines l;
	char *line;

	lines_begin(&l, proc_open(names[i].file, O_RDONLY));
	if (l.fd < 0)
		die("open '/proc/self/%s': %m", names[i].file);
	while ((line = lines_next(&l))) {
		struct idmap_range r;
		const char *at = line + strspn(line, " ");

		if (num_take32(&at, ' ', &r.inside))
			break;
		at = strrchr(at, ' ');
		at += !!at;
		if (!at || num_take32(&at, 0, &r.count))
			break;
		r.outside = r.inside;
		add(to, i, &r);
	}
	lines_end(&l);
	if (line || !to->n)
		die("%s 'all': '/proc/self/%s' says nothing", names[i].many,
		    names[i].file);
}

static void add_subids(struct idmap_ranges *to, int i, uid_t uid, int as_they)
{
	struct idmap_range r = {.inside = 0};

	if (user_subids(names[i].subids, uid, &r.outside, &r.count))
		die("%s: '%s' has no range for user %u", names[i].many,
		    names[i].subids, uid);
	if (as_they)
		r.inside = r.outside;
	add(to, i, &r);
}

static void add_word(struct idmap_ranges *to, int i, uid_t uid,
		     const char *word)
{
	struct idmap_range r;

	if (!strcmp(word, "all"))
		add_all(to, i);
	else if (!strcmp(word, "auto") || !strcmp(word, "subids"))
		add_subids(to, i, uid, *word == 's');
	else if (!parse_range(word, &r))
		add(to, i, &r);
}

static struct idmap_range part(const struct idmap_range *r, uint32_t in,
			       uint32_t out, uint32_t count)
{
	return (struct idmap_range){r->inside + in, r->outside + out, count};
}

/* Takes one id inside and one outside out of a range; what is left of both
 * sides is paired anew, in order, and the longer side loses its end. */
static void punch(struct idmap_ranges *to, int i, const struct idmap_range *r,
		  uint32_t inside, uint32_t outside)
{
	uint32_t n = r->count, a = inside - r->inside, b = outside - r->outside;
	uint32_t low, high, length;
	struct idmap_range p[3];

	a = a < n ? a : n;
	b = b < n ? b : n;
	low = a < b ? a : b;
	high = a < b ? b : a;
	length = high < n ? high - low : n - low - (low < n);
	p[0] = part(r, 0, 0, low);
	p[1] = part(r, low + (a < b), low + (b < a), length);
	p[2] = part(r, high + 1, high + 1, high < n ? n - high - 1 : 0);
	for (int k = 0; k < 3; k++)
		if (p[k].count && (k != 1 || a != b))
			add(to, i, p + k);
}

/* The caller's own id comes first, and out of the ranges. */
static void add_one(struct idmap_ranges *to, int i, uint32_t inside,
		    uint32_t outside)
{
	const struct idmap_ranges old = *to;
	const struct idmap_range own = {inside, outside, 1};

	to->n = 0;
	add(to, i, &own);
	for (int k = 0; k < old.n; k++)
		punch(to, i, old.range + k, inside, outside);
}

static int wants_one(const struct idmap_words *w, int i)
{
	return w->one[i] || w->root || w->current;
}

void idmap_make(struct idmap *m, const struct idmap_words *w,
		const uint32_t own[2])
{
	uid_t uid;

	m->ids[IDMAP_UID].n = m->ids[IDMAP_GID].n = 0;
	m->setgroups = w->setgroups;
	if (!idmap_check(w))
		return;
	uid = m->own[IDMAP_UID] = own ? own[IDMAP_UID] : geteuid();
	m->own[IDMAP_GID] = own ? own[IDMAP_GID] : getegid();
	for (int i = 0; i < 2; i++) {
		struct idmap_ranges *to = m->ids + i;
		uint32_t inside = w->root ? 0 : m->own[i];

		if (w->automatic)
			add_subids(to, i, uid, 0);
		if (w->subids)
			add_subids(to, i, uid, 1);
		for (int k = 0; w->many[i][k]; k++)
			add_word(to, i, uid, w->many[i][k]);
		if (w->one[i] && user_id(w->one[i], names[i].accounts, &inside))
			die("%s '%s': '%s' has no such name", names[i].one,
			    w->one[i], names[i].accounts);
		/* An unprivileged gid map wants it denied (Linux 3.19). */
		if (wants_one(w, i) && i == IDMAP_GID && !to->n)
			m->setgroups = "deny";
		if (wants_one(w, i))
			add_one(to, i, inside, m->own[i]);
	}
}

static void check_word(const struct idmap_words *w, int i, int k)
{
	const char *word = w->many[i][k];
	struct idmap_range r;

	if (!strcmp(word, "auto") || !strcmp(word, "subids"))
		outside_check(names[i].many);
	else if (strcmp(word, "all") && parse_range(word, &r))
		die("%s '%s': not IN:OUT:COUNT, auto, subids or all",
		    names[i].many, word);
}

int idmap_check(const struct idmap_words *w)
{
	int any = w->root || w->current || w->automatic || w->subids;

	if (w->root && w->current)
		die("-r and -c exclude each other");
	if (w->automatic || w->subids)
		outside_check(w->automatic ? "--map-auto" : "--map-subids");
	for (int i = 0; i < 2; i++) {
		const char *one = w->one[i];

		any |= one || *w->many[i];
		if (one && (*one < '0' || *one > '9'))
			outside_check(names[i].one);
		for (int k = 0; w->many[i][k]; k++)
			check_word(w, i, k);
	}
	if (w->setgroups && strcmp(w->setgroups, "allow") &&
	    strcmp(w->setgroups, "deny"))
		die("--setgroups '%s': not allow or deny", w->setgroups);
	if (w->setgroups && *w->setgroups == 'a' && !*w->many[IDMAP_GID] &&
	    !w->automatic && !w->subids && wants_one(w, IDMAP_GID))
		die("--setgroups 'allow' and a map of one's own group exclude "
		    "each other");
	return any;
}

int idmap_needs_outside(const struct idmap *m)
{
	for (int i = 0; i < 2; i++) {
		const struct idmap_ranges *r = m->ids + i;

		if (r->n > 1 || (r->n && (r->range[0].count > 1 ||
					  r->range[0].outside != m->own[i])))
			return 1;
	}
	/* The gid map of the process itself wants setgroups denied. */
	return m->ids[IDMAP_GID].n && !m->setgroups;
}
