/* pivotroot.c - make a tree the root, in a mount namespace of one's own
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "chain.h"
#include "ns.h"
#include "opt.h"
#include "root.h"

#include <stddef.h>

/* pivot_root(2) moves the root of every process in the namespace: never of
 * those that this process shares it with. */
static char **run(char **argv)
{
	const char *put_old = NULL;
	const struct opt options[] = {
		OPT_STR(0, "put-old", &put_old, "DIR",
			"keep the old root at DIR, at or below NEW"),
		OPT_END,
	};
	char **new_root = opt_parse(&argv, options, 1);
	int own = chain_own_mounts();

	chain_makes(CLONE_NEWNS);
	chain_leaves_root(!put_old);
	if (chain_reading(argv))
		return argv;

	if (!own) {
		ns_unshare(CLONE_NEWNS);
		ns_propagation(MS_PRIVATE);
	}
	root_pivot(*new_root, put_old);
	return argv;
}

const struct applet applet_pivotroot = {
	.name = "pivotroot",
	.args = "[--put-old DIR] NEW",
	.brief = "make NEW the root and drop the old one",
	.examples = "cellbox nsclone -mp nsmount rbind /srv/web /ns "
		    "pivotroot /ns /bin/sh\n"
		    "cellbox nsclone -m pivotroot --put-old /ns/old /ns sh",
	.run = run,
};
