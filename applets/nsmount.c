/* nsmount.c - make one mount, directory or device tree of a jail
 *
 * SPDX-License-Identifier: 0BSD
 *
 * One step makes one mount; the verb fixes the number of operands. Without -R
 * the target is a path like any other. With -R it is opened so that it cannot
 * leave ROOT, and all is done on that descriptor.
 */
#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "dev.h"
#include "err.h"
#include "fmt.h"
#include "hook.h"
#include "mnt.h"
#include "opt.h"
#include "path.h"
#include "safe.h"
#include "why.h"

struct job {
	struct mnt mnt;
	int umount; /* MNT_* */
	const char *target;
	const char *root; /* -R, or NULL */
	int root_fd;	  /* of -R, else AT_FDCWD */
};

#define PLACE_SIZE 512

/* The target, for messages: with -R its name below ROOT */
static const char *place(const struct job *job, char buf[PLACE_SIZE])
{
	const char *root = job->root ? job->root : "", *target = job->target;
	size_t n = strlen(root);
	int slashes = n ? (root[n - 1] == '/') + (*target == '/') : 1;

	fmt_str(buf, PLACE_SIZE, "%s%s%s", root, slashes ? "" : "/",
		target + (slashes == 2));
	return buf;
}

/* An act on the target failed. */
_Noreturn static void fail(const struct job *job, const char *act)
{
	const struct mnt *m = &job->mnt;
	char why[WHY_SIZE], name[PLACE_SIZE];

	why_mount(why, m->type, m->type ? NULL : m->source,
		  job->root ? NULL : job->target);
	if (m->source)
		die("%s '%s' '%s': %m%s", act, m->source, place(job, name),
		    why);
	die("%s '%s': %m%s", act, place(job, name), why);
}

static void attach(const struct job *job, const char *act)
{
	char name[PLACE_SIZE];
	int fd = path_open(job->root_fd, job->target);
	if (fd < 0 && errno == ENOENT)
		die("%s '%s' '%s': %m (add: nsmount -R %s mkdir %s)", act,
		    job->mnt.source, place(job, name), job->root, job->target);
	if (fd < 0 || mnt_attach(&job->mnt, fd))
		fail(job, act);
	close(fd);
}

static void do_mount(const struct job *job)
{
	char name[PLACE_SIZE];
	const char *act = job->mnt.type ? "mount" : "bind", *part;

	if (job->root)
		attach(job, act);
	else if (mnt_mount(&job->mnt, job->target))
		fail(job, act);
	if (!job->mnt.safe || !safe_cover(job->root_fd, job->target, &part))
		return;
	mnt_undo(job->root_fd, job->target);
	die("cover '%s' of proc '%s': %m", part, place(job, name));
}

static void do_dev(const struct job *job)
{
	char name[PLACE_SIZE];
	const char *part;

	if (dev_mount(job->root_fd, job->target, &part))
		die("make '%s' of dev '%s': %m", part, place(job, name));
}

static void do_mkdir(const struct job *job)
{
	if (path_mkdir(job->root_fd, job->target, 0755))
		fail(job, "mkdir");
}

static void do_umount(const struct job *job)
{
	char name[256], where[PLACE_SIZE], why[WHY_SIZE];
	int dir = path_parent(job->root_fd, job->target, name, sizeof(name));

	if (dir < 0 || mnt_umount(dir, name, job->umount))
		die("umount '%s': %m%s", place(job, where),
		    job->root ? "" : why_umount(why, job->target));
	close(dir);
}

static void mount_options(struct job *job, const char *list)
{
	mnt_options(&job->mnt, list);
}

static void umount_options(struct job *job, const char *list)
{
	job->umount = mnt_umount_options(list);
}

/* The operands are [TYPE] [SOURCE] TARGET, as many as there are. */
static const struct verb {
	const char *name;
	int operands;
	const char *type; /* of the file system, which is its source, too */
	int recursive;
	void (*act)(const struct job *job);
	void (*options)(struct job *job, const char *list); /* -o, or NULL */
} verbs[] = {
	{"bind", 2, NULL, 0, do_mount, mount_options},
	{"rbind", 2, NULL, 1, do_mount, mount_options},
	{"proc", 1, "proc", 0, do_mount, mount_options},
	{"tmpfs", 1, "tmpfs", 0, do_mount, mount_options},
	{"fs", 3, NULL, 0, do_mount, mount_options},
	{"dev", 1, NULL, 0, do_dev, NULL},
	{"mkdir", 1, NULL, 0, do_mkdir, NULL},
	{"umount", 1, NULL, 0, do_umount, umount_options},
};

static const struct verb *find_verb(const char *name)
{
	for (size_t i = 0; i < sizeof(verbs) / sizeof(*verbs); i++)
		if (!strcmp(verbs[i].name, name))
			return verbs + i;
	die("'%s' is no verb (verbs: bind rbind proc tmpfs dev fs mkdir umount)",
	    name);
}

/* The pids that a new pid namespace is to hide are not shown instead. */
static void check_proc(const struct mnt *m)
{
	if (m->type && !strcmp(m->type, "proc") && chain_pid_pending())
		die("proc would show the old pid namespace: 'unshare -p' needs "
		    "-f");
}

static char **run_hook(char **argv, const char *word, int plain)
{
	char why[WHY_SIZE];
	struct hook hook;

	if (!plain)
		die("'%s' takes neither -o nor -R", word);
	hook_parse(&hook, word);
	check_proc(&hook.mnt);
	argv = chain_or_done(argv);
	if (chain_reading(argv))
		return argv;
	if (hook_act(&hook))
		die("'%s': %m%s", word,
		    hook.umount
			    ? why_umount(why, hook.where)
			    : why_mount(why, hook.mnt.type,
					hook.mnt.type ? NULL : hook.mnt.source,
					hook.where));
	return argv;
}

static char **run(char **argv)
{
	const char *options = NULL;
	struct job job = {.root_fd = AT_FDCWD};
	const struct opt table[] = {
		OPT_STR('o', "options", &options, "LIST",
			"mount options: ro,nosuid,size=1m, ..."),
		OPT_STR('R', "root", &job.root, "ROOT",
			"the target is below ROOT and cannot leave it"),
		OPT_WORD("bind, rbind SOURCE TARGET",
			 "rbind: with what is mounted below"),
		OPT_WORD("proc, tmpfs, dev TARGET",
			 "proc -o safe covers what tells of the host"),
		OPT_WORD("fs TYPE SOURCE TARGET", "any file system"),
		OPT_WORD("mkdir, umount TARGET", "umount -o detach,force"),
		OPT_WORD("'mount:...' 'umount:...'", "as in uWSGI's hooks"),
		OPT_END,
	};
	const struct verb *verb;
	char **word;
	int n;

	opt_parse(&argv, table, 0);
	word = opt_operands(&argv, 1);
	if (hook_is(*word))
		return run_hook(argv, *word, !options && !job.root);
	verb = find_verb(*word);
	n = verb->operands;
	word = opt_operands(&argv, n);
	job.target = word[n - 1];
	job.mnt.type = n == 3 ? word[0] : verb->type;
	job.mnt.source = n > 1 ? word[n - 2] : verb->type;
	job.mnt.recursive = verb->recursive;
	if (options && !verb->options)
		die("-o '%s': '%s' has no options", options, verb->name);
	if (options)
		verb->options(&job, options);
	check_proc(&job.mnt);
	argv = chain_or_done(argv);
	if (chain_reading(argv))
		return argv;

	if (job.root) {
		job.root_fd = path_root(job.root);
		if (job.root_fd < 0)
			die("open the root '%s': %m", job.root);
	}
	verb->act(&job);
	if (job.root)
		close(job.root_fd);
	return argv;
}

const struct applet applet_nsmount = {
	.name = "nsmount",
	.args = "[-o OPTIONS] [-R ROOT] VERB OPERAND...",
	.brief = "make one mount, directory or private /dev of a jail",
	.examples = "cellbox nsclone -m nsmount -o ro rbind /usr /ns/usr "
		    "pivotroot /ns sh\n"
		    "cellbox nsmount -o size=1m,nosuid tmpfs /mnt\n"
		    "cellbox nsmount -o detach umount /mnt\n"
		    "cellbox nsmount 'umount:/.old_root rec,detach'",
	.run = run,
};
