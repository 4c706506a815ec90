/* ownroot.c - where setns(2) to one's own mount namespace leads */
/* SPDX-License-Identifier: 0BSD */
/*
 * ownroot [-u] PATH...
 *	goes to the root of its mount namespace, with -u after a lazy umount of
 *	"/", and prints the first line of each file: a way out where the root of
 *	the process was not that of the namespace, or only covered another.
 */
#include "helper.h"

#include <errno.h>
#include <sched.h>
#include <sys/mount.h>

#ifndef SYS_pidfd_open
#define SYS_pidfd_open 434
#endif

static int failed(const char *what)
{
	printf("%s: %s\n", what, strerror(errno));
	return 1;
}

int main(int argc, char **argv)
{
	int own = (int)syscall(SYS_pidfd_open, (long)getpid(), 0L);
	int i = 1;

	if (own < 0)
		own = open("/proc/self/ns/mnt", O_RDONLY | O_CLOEXEC);
	if (own < 0)
		return failed("pidfd_open");
	if (argc > 1 && !strcmp(argv[1], "-u")) {
		i++;
		if (umount2("/", MNT_DETACH))
			return failed("umount");
	}
	if (setns(own, CLONE_NEWNS))
		return failed("setns");
	for (; i < argc; i++) {
		char line[256] = "";
		FILE *file = fopen(argv[i], "re");

		if (!file)
			failed(argv[i]);
		else if (fgets(line, sizeof(line), file))
			fputs(line, stdout);
	}
	return 0;
}
