/* opt.h - the option table: parser and help in one
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A step's options are a table local to its run(), pointing at its locals; a
 * long one is constant and holds offsets into one struct of them (opt_parse_in).
 * Understood: -a -b, -ab, -xARG, -x ARG, --long, --long=ARG, --long ARG and
 * unambiguous prefixes of long names; options end at the first word that is
 * none, or at `--`. -h and --help print the table, -V and --version the
 * version, unless the table has them; both end the process with 0.
 */
#ifndef OPT_H
#define OPT_H

#include <stddef.h>

enum opt_type {
	OPT_TYPE_END,
	OPT_TYPE_WORD,	     /* no option: a line of the help */
	OPT_TYPE_FLAG,	     /* int: set to 1 */
	OPT_TYPE_STR,	     /* const char *: the argument */
	OPT_TYPE_MAYBE,	     /* const char *: the =ARG, or "" without one */
	OPT_TYPE_NUMBER,     /* int: 0 or more */
	OPT_TYPE_FDS,	     /* struct opt_fds: one more each time */
	OPT_TYPE_NAMESPACES, /* int: an or of CLONE_NEW* */
	OPT_TYPE_CHOICE,     /* struct ns_choice: those, or =FILE */
	OPT_TYPE_KEPT,	     /* the same; =FILE of the long names only */
	OPT_TYPE_MANY,	     /* const char *[OPT_MANY_MAX + 1]: one more each
				time; NULL is the end */
};

#define OPT_FDS_MAX  16
#define OPT_MANY_MAX 16

struct opt_fds {
	int fd[OPT_FDS_MAX], n;
};

struct opt {
	enum opt_type type;
	char letter;	  /* or 0 */
	const char *name; /* without the dashes */
	void *to;
	const char *arg; /* what stands for the argument in the help */
	const char *help;
};

/* clang-format off */
#define OPT_WORD(n, h)           {OPT_TYPE_WORD, 0, n, NULL, NULL, h}
#define OPT_FLAG(l, n, v, h)     {OPT_TYPE_FLAG, l, n, v, NULL, h}
#define OPT_STR(l, n, v, a, h)   {OPT_TYPE_STR, l, n, v, a, h}
#define OPT_MAYBE(l, n, v, a, h) {OPT_TYPE_MAYBE, l, n, v, a, h}
#define OPT_NUMBER(l, n, v, a, h) {OPT_TYPE_NUMBER, l, n, v, a, h}
#define OPT_FDS(l, n, v, h)      {OPT_TYPE_FDS, l, n, v, "FD", h}
#define OPT_MANY(l, n, v, a, h) {OPT_TYPE_MANY, l, n, v, a, h}
/* -m -u -i -n -p -U -C -T, their long names, --ns LIST: from ns_table */
#define OPT_NAMESPACES(v)        {OPT_TYPE_NAMESPACES, 0, "ns", v, "LIST", \
				  "namespaces by name: fs,net,ipc,..."}
/* The same with an optional =FILE; behind a letter only if it begins with /, .,
 * = or a digit */
#define OPT_CHOICE(v)            {OPT_TYPE_CHOICE, 0, "ns", v, "LIST", \
				  "namespaces by name: fs,net,ipc,..."}
#define OPT_KEPT(v)              {OPT_TYPE_KEPT, 0, "ns", v, "LIST", \
				  "namespaces by name: fs,net,ipc,..."}
#define OPT_END                  {OPT_TYPE_END, 0, NULL, NULL, NULL, NULL}
/* clang-format on */

/* Parses the options at *argv, then takes n operands and a `--` behind them.
 * Returns the operands; *argv is what follows them. Dies on bad usage. */
char **opt_parse(char ***argv, const struct opt *options, int n);
/* The same with a table of offsets (offsetof) into the struct at base. */
char **opt_parse_in(char ***argv, const struct opt *options, int n, void *base);
/* n more operands, where a first one (a verb) fixed the number. */
char **opt_operands(char ***argv, int n);

/* A number of 0 or more. Dies: name is the option's. */
int opt_number(const char *name, const char *word);

/* True of a row that stands for all kinds of namespaces. */
int opt_has_kinds(const struct opt *o);
/* Prints the version, or the applet's page (libcore/help.c), and ends the
 * process with 0. */
_Noreturn void opt_version(void);
_Noreturn void opt_help(const struct opt *options);

#endif
