/* plan.c - steps of nsmount, many at once: all or none
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Text and steps lie in mappings of their own: the exec releases them.
 */
#include "plan.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "source.h"
#include "verb.h"

static void *map(size_t bytes)
{
	void *at = sys_map(bytes);

	if (!at)
		die("memory for %lu bytes: %m", (unsigned long)bytes);
	return at;
}

void plan_begin(struct plan *p, const char *file, unsigned int room)
{
	memset(p, 0, sizeof(*p));
	p->file = file;
	p->steps = room > 1 ? map(room * sizeof(*p->steps)) : &p->one;
}

void plan_load(struct plan *p)
{
	int fd = STDIN_FILENO;
	ssize_t n;

	if (strcmp(p->file, "-"))
		fd = sys_open(AT_FDCWD, p->file, O_RDONLY, 0);
	if (fd < 0)
		die("open the plan '%s': %m", p->file);
	p->text = map(PLAN_BYTES + 1);
	while ((n = read(fd, p->text + p->size, PLAN_BYTES - p->size))) {
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			die("read the plan '%s': %m", p->file);
		p->size += n;
	}
	if (p->size == PLAN_BYTES)
		die("the plan '%s' has %lu bytes or more", p->file, PLAN_BYTES);
	if (!p->size)
		die("the plan '%s' is empty (a # says so on purpose)", p->file);
	if (fd != STDIN_FILENO)
		close(fd);
	/* A step has a byte, and one that parts it from the next. */
	p->steps = map((p->size / 2 + 1) * sizeof(*p->steps));
}

struct step *plan_add(struct plan *p)
{
	return p->steps + p->n++;
}

void plan_check(const struct plan *p)
{
	const struct verb *verb = p->steps[p->n - 1].verb;

	if (!chain_own_mounts() && !(verb->kind & VERB_UNDONE))
		die("'%s' cannot be undone, and these mounts live on: put "
		    "nsclone -m before",
		    verb->name);
}

/* --- names that a mount hides ----------------------------------------------- */

/* Hashes (FNV-1a) of the targets so far, word by word: a clash at worst leaves
 * a source to its turn. */
struct set {
	uint64_t *hash;
	size_t mask;
};

static int look(const struct set *set, uint64_t h, int add)
{
	size_t i = h & set->mask;

	for (; set->hash[i]; i = (i + 1) & set->mask)
		if (set->hash[i] == h)
			return 1;
	if (add)
		set->hash[i] = h;
	return 0;
}

/* Goes on with the words of a path; is any name on the way in the set? */
static int follow(const struct set *set, uint64_t *h, const char *path)
{
	int found = look(set, *h, 0);

	while (*path) {
		size_t n = strcspn(path, "/");

		if (n && (n > 1 || *path != '.')) {
			*h = (*h ^ '/') * 0x100000001b3;
			for (size_t i = 0; i < n; i++)
				*h = (*h ^ (unsigned char)path[i]) *
				     0x100000001b3;
			found |= look(set, *h, 0);
		}
		path += n + !!path[n];
	}
	return found;
}

static int is_hidden(const struct set *set, const struct step *s)
{
	const char *source = s->mnt.source;
	const char *below = source ? source_in_root(source) : NULL;
	const char *root = below && s->root ? s->root : "";
	uint64_t h = 0xcbf29ce484222325 + (*(*root ? root : source) == '/');

	return follow(set, &h, root) | follow(set, &h, below ? below : source);
}

static void hide(const struct set *set, const struct step *s)
{
	const char *root = s->root ? s->root : "";
	uint64_t h = 0xcbf29ce484222325 + (*(*root ? root : s->target) == '/');

	follow(set, &h, root);
	follow(set, &h, s->target);
	look(set, h, 1);
}

/* --- acting ------------------------------------------------------------------ */

_Noreturn static void undo(struct plan *p)
{
	int err = errno;

	while (p->n)
		step_undo(p->steps + --p->n);
	chain_fail(err);
	_exit(STATUS_FAILED);
}

static void open_all(struct plan *p)
{
	struct set set = {.mask = 63};

	while (set.mask < 2UL * p->n)
		set.mask = 2 * set.mask + 1;
	set.hash = map((set.mask + 1) * sizeof(*set.hash));
	for (unsigned int i = 0; i < p->n; i++) {
		struct step *s = p->steps + i;

		*chain_place() = (struct place){p->file, s->line};
		if (s->mnt.source && !is_hidden(&set, s) && step_open(s))
			undo(p);
		hide(&set, s);
	}
	munmap(set.hash, (set.mask + 1) * sizeof(*set.hash));
}

void plan_act(struct plan *p)
{
	uint64_t was, now;

	/* Each mount that is made is held by a descriptor, for the undoing. */
	if (p->n > 1 && sys_files(UINT64_MAX, &was))
		die("raise the limit of open files: %m");
	if (p->n > 1)
		open_all(p);
	for (unsigned int i = 0; i < p->n; i++) {
		*chain_place() = (struct place){p->file, p->steps[i].line};
		if (step_act(p->steps + i))
			undo(p);
	}
	chain_place()->file = NULL;
	if (p->n > 1 && sys_files(was, &now)) {
		complain("restore the limit of open files: %m");
		undo(p);
	}
	for (unsigned int i = 0; i < p->n; i++)
		step_close(p->steps + i);
}
