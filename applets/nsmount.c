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
#include "fmt.h"
#include "hook.h"
#include "opt.h"
#include "plan.h"
#include "step.h"
#include "verb.h"
#include "why.h"

/* The options as they were given */
struct words {
	const char *options, *root, *file;
	int fstab;
};

#define AT(member) ((void *)offsetof(struct words, member))

static const struct opt table[] = {
	OPT_STR('o', "options", AT(options), "LIST",
		"mount options: ro,nosuid,size=1m, ..."),
	OPT_STR('R', "root", AT(root), "ROOT",
		"the target is below ROOT and cannot leave it"),
	OPT_STR('F', "plan", AT(file), "FILE",
		"one step a line, all or nothing; -: stdin"),
	OPT_FLAG(0, "fstab", AT(fstab), "the lines are those of fstab(5)"),
	OPT_WORD("bind, rbind, move A TARGET",
		 "A: a path, in-root:PATH or fd:N"),
	OPT_WORD("proc, tmpfs, ... TARGET",
		 "or sysfs devpts mqueue cgroup2 overlay; proc -o safe"),
	OPT_WORD("fs TYPE SOURCE TARGET", "any file system"),
	OPT_WORD("dev, mkdir, file TARGET",
		 "a small /dev, a directory, an empty file"),
	OPT_WORD("symlink TEXT TARGET", "as ln -s"),
	OPT_WORD("umount, remount TARGET", "-o detach,force; -o ro,nosuid"),
	OPT_WORD("[r]private, ... TARGET",
		 "or [r]slave [r]shared [r]unbindable: propagation"),
	OPT_WORD("mask TARGET... --", "show nothing there"),
	OPT_WORD("'mount:...' 'umount:...'", "as in uWSGI's hooks"),
	OPT_END,
};

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

/* Adds the steps of `VERB OPERAND...` to the plan, which begins here if it has
 * no file; *argv is what follows. */
static void read_step(struct plan *plan, char ***argv, const char *options,
		      const char *root)
{
	const struct verb *verb = find_verb(*opt_operands(argv, 1));
	int n = count(verb, *argv);
	char **word = opt_operands(argv, n);

	if (!plan->file)
		plan_begin(plan, NULL, verb->operands < 0 ? n : 1);
	for (int i = 0; i < (verb->operands < 0 ? n : 1); i++) {
		struct step *s = plan_add(plan);

		step_set(s, verb, word + i, options, root);
		s->line = plan->line;
	}
}

/* The words of one line of a plan */
static void read_line(struct plan *plan, char **argv, const char *root)
{
	struct words w = {0};

	for (char **word = argv; *word; word++)
		if (**word == '-' && (*word)[strspn(*word, "-")] &&
		    strchr("hVv", (*word)[strspn(*word, "-")]))
			die("'%s' has no place in a plan", *word);
	opt_parse_in(&argv, table, 0, &w);
	if (w.file || w.fstab)
		die("a plan in a plan");
	if (root && w.root)
		die("-R '%s': it stands before -F already", w.root);
	read_step(plan, &argv, w.options, root ? root : w.root);
	plan_check(plan);
	if (*argv)
		die("'%s' is one word too many", *argv);
}

static void read_plan(struct plan *plan, const struct words *w, int print)
{
	char *words[PLAN_WORDS];

	plan_load(plan);
	while (plan_line(plan, words, w->fstab)) {
		if (print)
			fmt_words(STDOUT_FILENO, "    ", words, NULL);
		read_line(plan, words, w->root);
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
	struct words w = {0};
	struct plan plan;
	int reading;

	opt_parse_in(&argv, table, 0, &w);
	if (w.fstab && !w.file)
		die("--fstab wants -F FILE");
	if (w.file && w.options)
		die("-o '%s': with -F it stands in the lines of the plan",
		    w.options);
	if (!w.file && *argv && hook_is(*argv)) {
		const char *word = *opt_operands(&argv, 1);

		return run_hook(argv, word, !w.options && !w.root);
	}
	plan_begin(&plan, w.file, 0);
	if (!w.file)
		read_step(&plan, &argv, w.options, w.root);
	argv = chain_or_done(argv);
	reading = chain_reading(argv);
	if (w.file && (!reading || (reading == 2 && strcmp(w.file, "-"))))
		read_plan(&plan, &w, reading);
	if (reading)
		return argv;
	plan_act(&plan);
	return argv;
}

const struct applet applet_nsmount = {
	.name = "nsmount",
	.args = "[-o OPTIONS] [-R ROOT] VERB OPERAND... | -F FILE",
	.brief = "make or change one mount of a jail, or a plan of many",
	.examples = "cellbox nsclone -m nsmount -o ro rbind /usr /ns/usr "
		    "pivotroot /ns sh\n"
		    "cellbox nsmount -o size=1m,nosuid tmpfs /mnt\n"
		    "cellbox nsmount -o detach umount /mnt\n"
		    "awk ... | cellbox nsclone -m nsmount -R /ns -F - "
		    "pivotroot /ns sh",
	.run = run,
};
