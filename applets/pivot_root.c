/* pivot_root.c - pivot_root(2) as it is
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "chain.h"
#include "err.h"
#include "opt.h"
#include "sys.h"
#include "why.h"

static char **run(char **argv)
{
	const struct opt options[] = {OPT_END};
	char **word = opt_parse(&argv, options, 2);
	char why[WHY_SIZE];

	argv = chain_or_done(argv);
	if (chain_reading(argv))
		return argv;

	if (sys_pivot_root(word[0], word[1]))
		die("pivot_root '%s' '%s': %m%s", word[0], word[1],
		    why_pivot(why, word[0], word[1]));
	return argv;
}

const struct applet applet_pivot_root = {
	.name = "pivot_root",
	.args = "NEW OLD",
	.brief = "make NEW the root and put the old one at OLD: the bare call",
	.examples = "cd /ns && pivot_root . old && exec chroot . sh\n"
		    "cellbox unshare -m nsmount rbind /ns /ns "
		    "pivot_root /ns /ns/old sh",
	.run = run,
};
