/* opt.c - the option table: parser and help in one
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "opt.h"

#include <limits.h>
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "ns.h"

/* A table row as one option: a row of namespaces stands for many. */
struct found {
	const struct opt *opt;
	const char *name;
	int kind;
};

static void choose(struct ns_choice *c, int kind, const char *file)
{
	for (int i = 0; i < NS_KINDS; i++)
		if (kind & ns_table[i].kind)
			c->file[i] = file;
	c->kinds |= kind;
}

static int number(const struct opt *o, const char *word)
{
	int n = 0;

	if (!*word || word[strspn(word, "0123456789")])
		die("--%s '%s': not a number", o->name, word);
	for (const char *c = word; *c; c++) {
		if (n > (INT_MAX - 9) / 10)
			die("--%s '%s': too big a number", o->name, word);
		n = n * 10 + *c - '0';
	}
	return n;
}

static void add_fd(struct opt_fds *fds, const struct opt *o, const char *word)
{
	if (fds->n == OPT_FDS_MAX)
		die("--%s is given more than %d times", o->name, OPT_FDS_MAX);
	fds->fd[fds->n++] = number(o, word);
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
	case OPT_TYPE_NUMBER:
		*(int *)o->to = number(o, arg);
		break;
	case OPT_TYPE_FDS:
		add_fd(o->to, o, arg);
		break;
	case OPT_TYPE_CHOICE:
		if (found->kind)
			choose(o->to, found->kind, arg);
		else
			choose(o->to, ns_parse(arg), NULL);
		break;
	default:
		*(const char **)o->to = arg ? arg : "";
	}
}

enum { NONE, ALLOWED, NEEDED };

static int wants_argument(const struct found *f)
{
	switch (f->opt->type) {
	case OPT_TYPE_MAYBE:
		return ALLOWED;
	case OPT_TYPE_STR:
	case OPT_TYPE_NUMBER:
	case OPT_TYPE_FDS:
		return NEEDED;
	case OPT_TYPE_NAMESPACES:
		return f->kind ? NONE : NEEDED;
	case OPT_TYPE_CHOICE:
		return f->kind ? ALLOWED : NEEDED;
	default:
		return NONE;
	}
}

static struct found find_short(const struct opt *options, char letter)
{
	const struct ns *ns = ns_by_letter(letter);
	struct found f = {NULL, NULL, 0};

	for (const struct opt *o = options; o->type; o++)
		if (o->letter == letter)
			return (struct found){o, o->name, 0};
		else if (opt_has_kinds(o) && ns)
			f = (struct found){o, ns->name, ns->kind};
	return f;
}

/* Of a letter that may have an argument: /PATH, .PATH, =FILE or a number */
static int looks_like_file(const char *rest)
{
	return *rest && strchr("/.=0123456789", *rest);
}

/* -abc, -xARG, -x ARG. Returns the words used. */
static int short_options(char **argv, const struct opt *options)
{
	for (const char *c = *argv + 1; *c; c++) {
		struct found f = find_short(options, *c);
		int wants;

		if (!f.opt)
			die("unknown option '-%c' (see: %s --help)", *c,
			    chain_name());
		wants = wants_argument(&f);
		if (wants == ALLOWED && looks_like_file(c + 1)) {
			take(&f, c + 1 + (c[1] == '='));
			return 1;
		}
		if (wants != NEEDED) {
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
		if (o->type != OPT_TYPE_WORD)
			match(&best, (struct found){o, o->name, 0}, word, n,
			      exact);
		if (!opt_has_kinds(o))
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
		opt_help(options);
	if (arg && wants_argument(&f) == NONE)
		die("option '--%s' takes no argument: '%s'", f.name, arg);
	if (!arg && wants_argument(&f) == NEEDED) {
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
