/* mountid.c - the mount that each path lies on */
/* SPDX-License-Identifier: 0BSD */
/*
 * mountid PATH... prints "PATH ID" a line, without /proc: "/.." shows a mount
 * that is stacked on the root and that no path leads to.
 */
#include "helper.h"

#include <errno.h>
#include <limits.h>
#include <sys/stat.h>

static int mount_id(const char *path)
{
	struct {
		struct file_handle head;
		unsigned char bytes[MAX_HANDLE_SZ];
	} handle;
	int id;

	handle.head.handle_bytes = MAX_HANDLE_SZ;
	if (name_to_handle_at(AT_FDCWD, path, &handle.head, &id, 0))
		return -1;
	return id;
}

int main(int argc, char **argv)
{
	int i, id, failed = 0;

	for (i = 1; i < argc; i++) {
		id = mount_id(argv[i]);
		if (id < 0) {
			fprintf(stderr, "mountid: '%s': %s\n", argv[i],
				strerror(errno));
			failed = 1;
		} else {
			printf("%s %d\n", argv[i], id);
		}
	}
	return failed;
}
