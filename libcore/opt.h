/* opt.h - the option table: parser and help in one
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A step's options are a table local to its run(), pointing at its locals.
 * Understood: -a -b, -ab, -xARG, -x ARG, --long, --long=ARG, --long ARG and
 * unambiguous prefixes of long names; options end at the first word that is
 * none, or at `--`. --help prints the table and ends the process with 0.
 */
#ifndef OPT_H
#define OPT_H

#include <stddef.h>

enum opt_type {
	OPT_TYPE_END,
	OPT_TYPE_FLAG,	     /* int: set to 1 */
	OPT_TYPE_STR,	     /* const char *: the argument */
	OPT_TYPE_MAYBE,	     /* const char *: the =ARG, or "" without one */
	OPT_TYPE_NAMESPACES, /* int: an or of CLONE_NEW* */
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
#define OPT_FLAG(l, n, v, h)     {OPT_TYPE_FLAG, l, n, v, NULL, h}
#define OPT_STR(l, n, v, a, h)   {OPT_TYPE_STR, l, n, v, a, h}
#define OPT_MAYBE(l, n, v, a, h) {OPT_TYPE_MAYBE, l, n, v, a, h}
/* -m -u -i -n -p -U -C -T, their long names, --ns LIST: from ns_table */
#define OPT_NAMESPACES(v)        {OPT_TYPE_NAMESPACES, 0, "ns", v, "LIST", \
				  "namespaces by name: fs,net,ipc,..."}
#define OPT_END                  {OPT_TYPE_END, 0, NULL, NULL, NULL, NULL}
/* clang-format on */

/* Parses the options at *argv, then takes n operands and a `--` behind them.
 * Returns the operands; *argv is what follows them. Dies on bad usage. */
char **opt_parse(char ***argv, const struct opt *options, int n);
/* n more operands, where a first one (a verb) fixed the number. */
char **opt_operands(char ***argv, int n);

#endif
