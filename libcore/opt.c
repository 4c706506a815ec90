/* opt.c - the option table: parser and help in one
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "opt.h"

#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fmt.h"
#include "ns.h"

/* A table row as one option: a row of namespaces stands for many. */
struct found {
	const struct opt *opt;
	const char *name;
	int kind;
};

#define HELP_COLUMN 27

static void help_row(struct fmt *f, char letter, const char *name,
		     const char *arg, const char *help)
{
	const char *space = arg && *arg != '[' ? " " : "";
	size_t column = 8 + strlen(name) + strlen(space);

	if (letter)
		fmt_add(f, "  -%c, --%s", letter, name);
	else
		fmt_add(f, "      --%s", name);
	if (arg) {
		fmt_add(f, "%s%s", space, arg);
		column += strlen(arg);
	}
	do
		fmt_add(f, " ");
	while (++column < HELP_COLUMN);
	fmt_add(f, "%s\n", help);
}

static void help_lines(struct fmt *f, const char *text)
{
	while (*text) {
		size_t n = strcspn(text, "\n");

		fmt_add(f, "  ");
		for (size_t i = 0; i < n; i++)
			fmt_add(f, "%c", text[i]);
		fmt_add(f, "\n");
		text += n + (text[n] == '\n');
	}
}

_Noreturn static void help(const struct opt *options)
{
	const struct applet *a = chain_applet();
	struct fmt f = {.fd = STDOUT_FILENO};

	fmt_add(&f, "Usage: %s %s\n%s\n\n", a->name, a->args, a->brief);
	for (const struct opt *o = options; o->type; o++) {
		if (o->type == OPT_TYPE_NAMESPACES)
			for (const struct ns *ns = ns_table; ns->name; ns++)
				help_row(&f, ns->letter, ns->name, NULL,
					 "a new namespace of this kind");
		help_row(&f, o->letter, o->name, o->arg, o->help);
	}
	help_row(&f, 0, "help", NULL, "this text");
	fmt_add(&f, "\nExamples:\n");
	help_lines(&f, a->examples);
	fmt_flush(&f);
	_exit(0);
}

static void take(const struct found *found, const char *arg)
{
	const struct opt *o = found->opt;

	switch (o->type) {
	case OPT_TYPE_FLAG:
		*(int *)o->to = 1;
		break;
	case OPT_TYPE_NAMESPACES:
		*(int *)o->to |= found->kind ? found->kind : ns_parse(arg);
		break;
	default:
		*(const char **)o->to = arg ? arg : "";
	}
}

/* 0: none, 1: allowed, 2: needed */
static int wants_argument(const struct found *f)
{
	if (f->opt->type == OPT_TYPE_MAYBE)
		return 1;
	return f->opt->type == OPT_TYPE_STR ||
			       (f->opt->type == OPT_TYPE_NAMESPACES && !f->kind)
		       ? 2
		       : 0;
}

/* -abc, -xARG, -x ARG; a letter that may have an argument has it by =ARG of
 * its long form only. Returns the words used. */
static int short_options(char **argv, const struct opt *options)
{
	for (const char *c = *argv + 1; *c; c++) {
		const struct ns *ns = ns_by_letter(*c);
		struct found f = {NULL, NULL, 0};

		for (const struct opt *o = options; o->type; o++)
			if (o->letter == *c)
				f.opt = o;
			else if (o->type == OPT_TYPE_NAMESPACES && ns && !f.opt)
				f = (struct found){o, ns->name, ns->kind};
		if (!f.opt)
			die("unknown option '-%c' (see: %s --help)", *c,
			    chain_name());
		if (wants_argument(&f) < 2) {
			take(&f, NULL);
			continue;
		}
		if (!c[1] && !argv[1])
			die("option '-%c' needs an argument: %s", *c,
			    f.opt->arg);
		take(&f, c[1] ? c + 1 : argv[1]);
		return c[1] ? 1 : 2;
	}
	return 1;
}

/* Takes the candidate if the word of n bytes is its name, or (not exact) the
 * beginning of it; a second one makes the word ambiguous. */
static void match(struct found *best, struct found candidate, const char *word,
		  size_t n, int exact)
{
	if (strncmp(candidate.name, word, n) || (exact && candidate.name[n]))
		return;
	if (best->name)
		die("option '--%s' is ambiguous: --%s or --%s", word,
		    best->name, candidate.name);
	*best = candidate;
}

static struct found find_long(const struct opt *options, const char *word,
			      size_t n, int exact)
{
	static const struct opt help_option = {OPT_TYPE_END, 0,	   "help",
					       NULL,	     NULL, NULL};
	struct found best = {NULL, NULL, 0};

	for (const struct opt *o = options; o->type; o++) {
		match(&best, (struct found){o, o->name, 0}, word, n, exact);
		if (o->type != OPT_TYPE_NAMESPACES)
			continue;
		for (const struct ns *ns = ns_table; ns->name; ns++)
			match(&best, (struct found){o, ns->name, ns->kind},
			      word, n, exact);
	}
	match(&best, (struct found){&help_option, help_option.name, 0}, word, n,
	      exact);
	return best;
}

/* --long, --long=ARG, --long ARG. Returns the words used. */
static int long_option(char **argv, const struct opt *options)
{
	const char *word = *argv + 2;
	size_t n = strcspn(word, "=");
	const char *arg = word[n] ? word + n + 1 : NULL;
	struct found f = find_long(options, word, n, 1);

	if (!f.opt)
		f = find_long(options, word, n, 0);
	if (!f.opt)
		die("unknown option '%s' (see: %s --help)", *argv,
		    chain_name());
	if (f.opt->type == OPT_TYPE_END)
		help(options);
	if (arg && !wants_argument(&f))
		die("option '--%s' takes no argument: '%s'", f.name, arg);
	if (!arg && wants_argument(&f) == 2) {
		if (!argv[1])
			die("option '--%s' needs an argument: %s", f.name,
			    f.opt->arg);
		take(&f, argv[1]);
		return 2;
	}
	take(&f, arg);
	return 1;
}

char **opt_operands(char ***argv, int n)
{
	char **operands = *argv;

	for (int i = 0; i < n; i++)
		if (!*(*argv)++)
			die("an operand is missing (usage: %s %s)",
			    chain_name(), chain_applet()->args);
	if (**argv && !strcmp(**argv, "--"))
		++*argv;
	return operands;
}

char **opt_parse(char ***argv, const struct opt *options, int n)
{
	char **word = *argv;

	while (*word && (*word)[0] == '-' && (*word)[1]) {
		if (!strcmp(*word, "--")) {
			*argv = word + 1;
			/* `step -- program`: this one was the only one */
			return n ? opt_operands(argv, n) : word + 1;
		}
		word += (*word)[1] == '-' ? long_option(word, options)
					  : short_options(word, options);
	}
	*argv = word;
	return opt_operands(argv, n);
}
