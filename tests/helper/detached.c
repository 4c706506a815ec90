/* detached.c - run a command with a detached tree as a descriptor */
/* SPDX-License-Identifier: 0BSD */
/* detached FD PATH CMD...: FD is a copy of the mount at PATH, attached nowhere
 * (open_tree(2)), in CMD. */
#include "helper.h"

#include <errno.h>

int main(int argc, char **argv)
{
	long fd, tree;

	if (argc < 4)
		return 125;
	fd = strtol(argv[1], NULL, 10);
	tree = syscall(428L, (long)AT_FDCWD, argv[2], 1L);
	if (tree < 0 || dup2((int)tree, (int)fd) < 0) {
		fprintf(stderr, "detached: %s\n", strerror(errno));
		return 125;
	}
	if (tree != fd)
		close((int)tree);
	execvp(argv[3], argv + 3);
	return 127;
}
