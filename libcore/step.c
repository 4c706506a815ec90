/* step.c - one mount, or what belongs to it, as nsmount's words have it
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "step.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fmt.h"
#include "idmount.h"
#include "path.h"
#include "source.h"
#include "verb.h"
#include "why.h"

#define PLACE_SIZE 512

/* The target, for messages: with a root its name below that */
static const char *place(const struct step *s, char buf[PLACE_SIZE])
{
	const char *root = s->root ? s->root : "", *target = s->target;
	size_t n = strlen(root);
	int slashes = n ? (root[n - 1] == '/') + (*target == '/') : 1;

	fmt_str(buf, PLACE_SIZE, "%s%s%s", root, slashes ? "" : "/",
		target + (slashes == 2));
	return buf;
}

/* With a root the kernel's word leaves open which of the two is missing. */
static int is_target_missing(const struct work *w)
{
	int fd = w->s->root ? path_open(w->root, w->s->target) : 0;

	sys_close(fd ? fd : -1);
	return fd < 0;
}

static void find_cause(const struct work *w, char why[WHY_SIZE])
{
	const struct step *s = w->s;
	const struct mnt *m = &s->mnt;
	int err = errno, mounts = s->verb->kind & (VERB_MOUNTS | VERB_BINDS);

	if (err == EMFILE)
		fmt_str(why, WHY_SIZE,
			" (each mount of a plan holds a descriptor: raise "
			"ulimit -n)");
	else if (err == ENOENT && mounts && !w->opening && is_target_missing(w))
		fmt_str(why, WHY_SIZE, " (add: nsmount -R %s mkdir %s)",
			s->root, s->target);
	errno = err;
	if (!*why && s->verb->kind & VERB_UMOUNTS)
		why_umount(why, w->root, s->target);
	else if (!*why && m->how == MS_MOVE && err == EINVAL)
		why_umount(why, AT_FDCWD, m->source);
	else if (!*why && !*why_option(why, m->list) &&
		 (mounts || err != ENOENT))
		why_mount(why, m->type, m->type ? NULL : m->source,
			  s->root || w->opening ? NULL : s->target);
	if (*w->log && (!*why || err == ENOENT))
		fmt_str(why, WHY_SIZE, "%s", w->log);
}

/* -1, when it has told what failed and the cause that was found */
static int tell(const struct work *w)
{
	const struct step *s = w->s;
	const char *act = s->mnt.type		? "mount"
			  : s->mnt.how & MS_REC ? "bind"
						: s->verb->name;
	char why[WHY_SIZE] = "", name[PLACE_SIZE];

	place(s, name);
	if (w->part) {
		complain("%s '%s' of %s '%s': %m%s",
			 s->mnt.safe ? "cover" : "make", w->part, s->verb->name,
			 name, w->log);
		return -1;
	}
	find_cause(w, why);
	if (s->mnt.source)
		complain("%s '%s' '%s': %m%s", act, s->mnt.source, name, why);
	else
		complain("%s '%s': %m%s", act, name, why);
	return -1;
}

/* The pids that a new pid namespace is to hide are not shown instead; and a
 * helper would become its init. */
void step_check(const struct mnt *m)
{
	if (!chain_pid_pending())
		return;
	if (m->type && !strcmp(m->type, "proc"))
		die("proc would show the old pid namespace: 'unshare -p' needs "
		    "-f");
	if (m->idmap && *m->idmap != '/')
		die("idmap=IN:OUT:N needs a process: 'unshare -p' needs -f");
}

void step_set(struct step *s, const struct verb *verb, char **operand,
	      const char *options, const char *root)
{
	int n = verb->operands < 0 ? 1 : verb->operands;
	struct mnt *m = &s->mnt;

	memset(s, 0, sizeof(*s));
	s->verb = verb;
	s->root = root;
	s->target = operand[n - 1];
	if (verb->kind & VERB_MOUNTS)
		m->type = n == 1 ? verb->name : operand[0];
	m->source = n > 1 ? operand[n - 2] : m->type;
	m->how = verb->kind & VERB_BINDS ? verb->how : 0;
	if (verb->kind & VERB_BINDS)
		source_check(m->source, !!root);
	if (options && verb->kind & VERB_UMOUNTS)
		s->umount = mnt_umount_options(options);
	else if (options && !verb->takes)
		die("-o '%s': '%s' has no options", options, verb->name);
	else if (options)
		mnt_options(m, options, verb->name, verb->takes);
	if (!verb->kind && verb->takes) {
		const char *list = m->list;
		size_t bytes;
		int data = !!mnt_next(&list, &bytes);

		if (!m->named == !data || (m->deep && m->shallow))
			die("'remount' wants -o with flags, all of them with "
			    "an r or none, or with words of the file system");
	}
	step_check(m);
}

static int open_root(const struct step *s)
{
	int fd = s->root ? path_root(s->root) : AT_FDCWD;

	if (fd == -1)
		complain("open the root '%s': %m", s->root);
	return fd;
}

/* 0, or -1 and errno */
static int open_now(struct work *w)
{
	struct step *s = w->s;
	struct mnt *m = &s->mnt;
	struct stat st;
	int failed = 0;

	w->opening = 1;
	if (m->idmap && !m->userns) {
		m->userns = idmount_open(m->idmap, w->log);
		if (m->userns < 0) {
			m->userns = 0;
			return -1;
		}
	}
	if (s->verb->kind & VERB_BINDS && !m->source_fd)
		failed = source_open(m, w->root, w->log);
	else if (m->type && s->verb->operands == 3 && *m->source == '/')
		failed = stat(m->source, &st);
	if (failed && (errno != ENOENT || !m->try))
		return failed;
	s->skip = failed != 0;
	w->opening = 0;
	return 0;
}

int step_open(struct step *s)
{
	struct work w = {.s = s, .root = AT_FDCWD};
	int in_root = s->verb->kind & VERB_BINDS &&
		      source_in_root(s->mnt.source),
	    failed;

	if (in_root)
		w.root = open_root(s);
	if (w.root == -1)
		return -1;
	failed = open_now(&w) ? tell(&w) : 0;
	if (in_root)
		sys_close(w.root);
	return failed;
}

int step_act(struct step *s)
{
	struct work w = {.s = s};
	int failed;

	if (s->skip)
		return 0;
	w.root = open_root(s);
	if (w.root == -1)
		return -1;
	failed = open_now(&w) || (!s->skip && s->verb->act(&w)) ? tell(&w) : 0;
	sys_close(w.root);
	if (failed)
		step_undo(s);
	return failed;
}

void step_undo(struct step *s)
{
	int root;

	if (s->fd > 0)
		mnt_undo(s->fd);
	if (s->made > 0) {
		root = s->root ? path_root(s->root) : AT_FDCWD;
		if (root != -1)
			path_unmake(root, s->target, s->made);
		sys_close(root);
	}
	s->made = 0;
	step_close(s);
}

void step_close(struct step *s)
{
	int *fds[] = {&s->fd, &s->mnt.source_fd, &s->mnt.userns};

	for (int i = 0; i < 3; i++) {
		if (*fds[i] > 0)
			close(*fds[i]);
		*fds[i] = 0;
	}
}
