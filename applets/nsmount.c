/* nsmount.c - make one mount, directory or device tree of a jail, or a plan
 *
 * SPDX-License-Identifier: 0BSD
 *
 * One step makes one mount; the verb fixes the number of operands. Without -R
 * the target is a path like any other. With -R it is opened so that it cannot
 * leave ROOT. All is done on descriptors. A plan is many of them: all are read
 * before the first acts, and all are taken away again when one fails.
 */
#include <fcntl.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "hook.h"
#include "opt.h"
#include "plan.h"
#include "step.h"
#include "verb.h"
#include "why.h"

static const struct verb *find_verb(const char *name)
{
	const struct verb *verb = verb_find(name);
	char names[VERB_NAMES];

	if (!verb)
		die("'%s' is no verb (verbs: %s)", name, verb_names(names));
	return verb;
}

/* How many operands: those of a list end before `--`. */
static int count(const struct verb *verb, char **argv)
{
	int n = 0;

	if (verb->operands >= 0)
		return verb->operands;
	while (argv[n] && strcmp(argv[n], "--"))
		n++;
	if (!n || !argv[n])
		die("'%s' wants paths and then --", verb->name);
	return n;
}

/* Adds the steps of `VERB OPERAND...` to the plan; *argv is what follows. */
static void read_step(struct plan *plan, char ***argv, const char *options,
		      const char *root)
{
	const struct verb *verb = find_verb(*opt_operands(argv, 1));
	int n = count(verb, *argv);
	char **word = opt_operands(argv, n);

	for (int i = 0; i < (verb->operands < 0 ? n : 1); i++) {
		struct step *s = plan_add(plan);

		step_set(s, verb, word + i, options, root);
		s->line = plan->line;
	}
}

/* The words of one line of a plan */
static void read_line(struct plan *plan, char **argv, const char *root)
{
	const char *options = NULL, *own = NULL;
	const struct opt table[] = {
		OPT_STR('o', "options", &options, "LIST", NULL),
		OPT_STR('R', "root", &own, "ROOT", NULL),
		OPT_END,
	};

	for (char **word = argv; *word; word++)
		if (!strncmp(*word, "--h", 3))
			die("'%s' has no place in a plan", *word);
	opt_parse(&argv, table, 0);
	if (root && own)
		die("-R '%s': it stands before -F already", own);
	read_step(plan, &argv, options, root ? root : own);
	plan_check(plan);
	if (*argv)
		die("'%s' is one word too many", *argv);
}

static void read_plan(struct plan *plan, int fstab, const char *root)
{
	char *words[PLAN_WORDS];

	plan_load(plan);
	while (plan_line(plan, words, fstab)) {
		if (chain_printing())
			chain_show(STDOUT_FILENO, "    ", words, NULL);
		read_line(plan, words, root);
	}
}

static char **run_hook(char **argv, const char *word, int plain)
{
	char why[WHY_SIZE], log[MNT_LOG];
	struct hook hook;

	if (!plain)
		die("'%s' takes neither -o nor -R", word);
	hook_parse(&hook, word);
	step_check(&hook.mnt);
	argv = chain_or_done(argv);
	if (chain_reading(argv))
		return argv;
	if (!hook_act(&hook, log))
		return argv;
	if (hook.umount)
		why_umount(why, AT_FDCWD, hook.where);
	else
		why_mount(why, hook.mnt.type,
			  hook.mnt.type ? NULL : hook.mnt.source, hook.where);
	die("'%s': %m%s", word, *why ? why : log);
}

static char **run(char **argv)
{
	const char *options = NULL, *root = NULL, *file = NULL;
	int fstab = 0;
	const struct opt table[] = {
		OPT_STR('o', "options", &options, "LIST",
			"mount options: ro,nosuid,size=1m, ..."),
		OPT_STR('R', "root", &root, "ROOT",
			"the target is below ROOT and cannot leave it"),
		OPT_STR('F', "plan", &file, "FILE",
			"one step a line, all or nothing; -: stdin"),
		OPT_FLAG(0, "fstab", &fstab, "the lines are those of fstab(5)"),
		OPT_WORD("bind, rbind, move SOURCE TARGET",
			 "rbind: with what is mounted below"),
		OPT_WORD(
			"proc, sysfs, tmpfs, devpts, mqueue, cgroup2, overlay, "
			"dev TARGET",
			"proc -o safe covers what tells of the host"),
		OPT_WORD("fs TYPE SOURCE TARGET", "any file system"),
		OPT_WORD("mkdir, file, remount, umount TARGET",
			 "umount -o detach,force"),
		OPT_WORD("symlink TEXT TARGET", "as ln -s"),
		OPT_WORD("mask TARGET... --", "show nothing there"),
		OPT_WORD("[r]private, slave, shared, unbindable TARGET",
			 "how mounts propagate"),
		OPT_WORD("'mount:...' 'umount:...'", "as in uWSGI's hooks"),
		OPT_END,
	};
	struct plan plan;

	opt_parse(&argv, table, 0);
	if (fstab && !file)
		die("--fstab wants -F FILE");
	if (file && options)
		die("-o '%s': with -F it stands in the lines of the plan",
		    options);
	if (!file && *argv && hook_is(*argv)) {
		const char *word = *opt_operands(&argv, 1);

		return run_hook(argv, word, !options && !root);
	}
	plan_begin(&plan, file);
	if (!file)
		read_step(&plan, &argv, options, root);
	argv = chain_or_done(argv);
	if (chain_reading(argv)) {
		if (file && chain_printing() && strcmp(file, "-"))
			read_plan(&plan, fstab, root);
		return argv;
	}
	if (file)
		read_plan(&plan, fstab, root);
	plan_act(&plan);
	return argv;
}

const struct applet applet_nsmount = {
	.name = "nsmount",
	.args = "[-o OPTIONS] [-R ROOT] VERB OPERAND... | -F FILE",
	.brief = "make one mount, directory or private /dev of a jail",
	.examples = "cellbox nsclone -m nsmount -o ro rbind /usr /ns/usr "
		    "pivotroot /ns sh\n"
		    "cellbox nsmount -o size=1m,nosuid tmpfs /mnt\n"
		    "cellbox nsmount -o detach umount /mnt\n"
		    "awk ... | cellbox nsclone -m nsmount -R /ns -F - "
		    "pivotroot /ns sh",
	.run = run,
};
