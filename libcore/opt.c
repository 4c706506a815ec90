/* opt.c - the option table: parser and help in one
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "opt.h"

#include <limits.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "ns.h"

/* A table, and where its rows point into */
struct table {
	const struct opt *options;
	uintptr_t base;
};

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

const char *opt_part(const struct opt *o, int i)
{
	const char *part = o->text;

	while (i--)
		part += strlen(part) + 1;
	return part;
}

int opt_number(const char *name, const char *word)
{
	int n = 0;

	if (!*word || word[strspn(word, "0123456789")])
		die("--%s '%s': not a number", name, word);
	for (const char *c = word; *c; c++) {
		if (n > (INT_MAX - 9) / 10)
			die("--%s '%s': too big a number", name, word);
		n = n * 10 + *c - '0';
	}
	return n;
}

static void add_fd(struct opt_fds *fds, const struct opt *o, const char *word)
{
	if (fds->n == OPT_FDS_MAX)
		die("--%s is given more than %d times", o->text, OPT_FDS_MAX);
	fds->fd[fds->n++] = opt_number(o->text, word);
}

static void add_one(const char **words, const struct opt *o, const char *word)
{
	int n = 0;

	while (words[n])
		if (++n == OPT_MANY_MAX)
			die("--%s is given more than %d times", o->text,
			    OPT_MANY_MAX);
	words[n] = word;
}

static void take(const struct table *t, const struct found *found,
		 const char *arg)
{
	const struct opt *o = found->opt;
	void *to = (void *)(t->base + (uintptr_t)o->to);

	switch (o->type) {
	case OPT_TYPE_FLAG:
		*(int *)to = 1;
		break;
	case OPT_TYPE_NAMESPACES:
		*(int *)to |= found->kind ? found->kind : ns_parse(arg);
		break;
	case OPT_TYPE_NUMBER:
		*(int *)to = opt_number(o->text, arg);
		break;
	case OPT_TYPE_FDS:
		add_fd(to, o, arg);
		break;
	case OPT_TYPE_MANY:
		add_one(to, o, arg);
		break;
	case OPT_TYPE_CHOICE:
	case OPT_TYPE_KEPT:
		if (found->kind)
			choose(to, found->kind, arg);
		else
			choose(to, ns_parse(arg), NULL);
		break;
	default:
		*(const char **)to = arg ? arg : "";
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
	case OPT_TYPE_MANY:
		return NEEDED;
	case OPT_TYPE_NAMESPACES:
		return f->kind ? NONE : NEEDED;
	case OPT_TYPE_CHOICE:
	case OPT_TYPE_KEPT:
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
			return (struct found){o, o->text, 0};
		else if (opt_has_kinds(o) && ns)
			f = (struct found){o, ns->name, ns->kind};
	return f;
}

/* Of a letter that may have an argument: /PATH, .PATH, :ID, =FILE or a number */
static int looks_like_file(const char *rest)
{
	return *rest && strchr("/.:=0123456789", *rest);
}

/* -abc, -xARG, -x ARG. Returns the words used. */
static int short_options(char **argv, const struct table *t)
{
	for (const char *c = *argv + 1; *c; c++) {
		struct found f = find_short(t->options, *c);
		int wants;

		if (!f.opt && *c == 'h')
			opt_help(t->options);
		if (!f.opt && *c == 'V')
			opt_version();
		if (!f.opt)
			die("unknown option '-%c' (see: %s --help)", *c,
			    chain_name());
		wants = wants_argument(&f);
		if (wants == ALLOWED && f.opt->type != OPT_TYPE_KEPT &&
		    looks_like_file(c + 1)) {
			take(t, &f, c + 1 + (c[1] == '='));
			return 1;
		}
		if (wants != NEEDED) {
			take(t, &f, NULL);
			continue;
		}
		if (!c[1] && !argv[1])
			die("option '-%c' needs an argument: %s", *c,
			    opt_part(f.opt, 1));
		take(t, &f, c[1] ? c + 1 : argv[1]);
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
	if (best->name && !strcmp(best->name, candidate.name))
		return; /* that of a kind, which the step uses for its own */
	if (best->name)
		die("option '--%s' is ambiguous: --%s or --%s", word,
		    best->name, candidate.name);
	*best = candidate;
}

static struct found find_long(const struct opt *options, const char *word,
			      size_t n, int exact)
{
	static const struct opt own[] = {
		{"help", NULL, OPT_TYPE_END, 'h'},
		{"version", NULL, OPT_TYPE_END, 'V'},
	};
	struct found best = {NULL, NULL, 0};

	for (const struct opt *o = options; o->type; o++) {
		if (o->type != OPT_TYPE_WORD)
			match(&best, (struct found){o, o->text, 0}, word, n,
			      exact);
		if (!opt_has_kinds(o))
			continue;
		for (const struct ns *ns = ns_table; ns->name; ns++)
			match(&best, (struct found){o, ns->name, ns->kind},
			      word, n, exact);
	}
	for (int i = 0; i < 2; i++)
		match(&best, (struct found){own + i, own[i].text, 0}, word, n,
		      exact);
	return best;
}

/* --long, --long=ARG, --long ARG. Returns the words used. */
static int long_option(char **argv, const struct table *t)
{
	const char *word = *argv + 2;
	size_t n = strcspn(word, "=");
	const char *arg = word[n] ? word + n + 1 : NULL;
	struct found f = find_long(t->options, word, n, 1);

	if (!f.opt)
		f = find_long(t->options, word, n, 0);
	if (!f.opt)
		die("unknown option '%s' (see: %s --help)", *argv,
		    chain_name());
	if (f.opt->type == OPT_TYPE_END && f.opt->letter == 'V')
		opt_version();
	if (f.opt->type == OPT_TYPE_END)
		opt_help(t->options);
	if (arg && wants_argument(&f) == NONE)
		die("option '--%s' takes no argument: '%s'", f.name, arg);
	if (!arg && wants_argument(&f) == NEEDED) {
		if (!argv[1])
			die("option '--%s' needs an argument: %s", f.name,
			    opt_part(f.opt, 1));
		take(t, &f, argv[1]);
		return 2;
	}
	take(t, &f, arg);
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

char **opt_parse_in(char ***argv, const struct opt *options, int n, void *base)
{
	const struct table t = {options, (uintptr_t)base};
	char **word = *argv;

	while (*word && (*word)[0] == '-' && (*word)[1]) {
		if (!strcmp(*word, "--")) {
			*argv = word + 1;
			/* `step -- program`: this one was the only one */
			return n ? opt_operands(argv, n) : word + 1;
		}
		word += (*word)[1] == '-' ? long_option(word, &t)
					  : short_options(word, &t);
	}
	*argv = word;
	return opt_operands(argv, n);
}

char **opt_parse(char ***argv, const struct opt *options, int n)
{
	return opt_parse_in(argv, options, n, NULL);
}
