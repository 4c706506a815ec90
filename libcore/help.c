/* help.c - the option table as a page
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <stddef.h>
#include <string.h>
#include <unistd.h>

#include "chain.h"
#include "fmt.h"
#include "ns.h"
#include "opt.h"

int opt_has_kinds(const struct opt *o)
{
	return o->type == OPT_TYPE_NAMESPACES || o->type == OPT_TYPE_CHOICE ||
	       o->type == OPT_TYPE_KEPT;
}

#define HELP_COLUMN 29

static void pad(struct fmt *f, size_t column, const char *help)
{
	do
		fmt_add(f, " ");
	while (++column < HELP_COLUMN);
	fmt_add(f, "%s\n", help);
}

static void help_row(struct fmt *f, char letter, const char *name,
		     const char *arg, const char *help)
{
	const char *space = *arg && *arg != '[' ? " " : "";

	if (letter)
		fmt_add(f, "  -%c, --%s", letter, name);
	else
		fmt_add(f, "      --%s", name);
	fmt_add(f, "%s%s", space, arg);
	pad(f, 8 + strlen(name) + strlen(space) + strlen(arg), help);
}

/* The step has an option of its own with the name of a kind. */
static int is_taken(const struct opt *all, const char *name)
{
	for (; all->type; all++)
		if (!strcmp(all->text, name))
			return 1;
	return 0;
}

static void help_kinds(struct fmt *f, const struct opt *all,
		       const struct opt *o)
{
	const char *file = o->type == OPT_TYPE_NAMESPACES ? "" : "[=FILE]";

	for (const struct ns *ns = ns_table; ns->name; ns++) {
		int taken = is_taken(all, ns->name);

		help_row(f, ns->letter, taken ? "ns" : ns->name,
			 taken ? ns->name : file,
			 o->type == OPT_TYPE_CHOICE
				 ? "enter this namespace"
				 : "a new namespace of this kind");
	}
}

/* A row of the table: one option, a line of text, or all namespaces */
static void help_option(struct fmt *f, const struct opt *all,
			const struct opt *o)
{
	if (opt_has_kinds(o))
		help_kinds(f, all, o);
	if (o->type != OPT_TYPE_WORD) {
		help_row(f, o->letter, o->text, opt_part(o, 1), opt_part(o, 2));
		return;
	}
	fmt_add(f, "  %s", o->text);
	pad(f, 2 + strlen(o->text), opt_part(o, 2));
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

void opt_version(void)
{
	struct fmt f = {.fd = STDOUT_FILENO};

	fmt_add(&f, "%s (cellbox) %s\n", chain_name(), CELLBOX_VERSION);
	fmt_flush(&f);
	_exit(0);
}

void opt_help(const struct opt *options)
{
	const struct applet *a = chain_applet();
	struct fmt f = {.fd = STDOUT_FILENO};

	fmt_add(&f, "Usage: %s %s\n%s\n\n", a->name, a->args, a->brief);
	for (const struct opt *o = options; o->type; o++)
		help_option(&f, options, o);
	help_row(&f, 'h', "help", "", "this text");
	help_row(&f, 'V', "version", "", "the version");
	fmt_add(&f, "\nExamples:\n");
	help_lines(&f, a->examples);
	fmt_flush(&f);
	_exit(0);
}
