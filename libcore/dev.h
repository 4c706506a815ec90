/* dev.h - a minimal private /dev
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef DEV_H
#define DEV_H

#include "mnt.h"

/* Mounts on target, below root as path.h has it, a tmpfs with null, zero, full,
 * random, urandom, tty; fd, stdin, stdout, stderr; pts (a new instance), ptmx;
 * shm; console, if 0, 1 or 2 is a terminal. Devices are made, or where mknod(2)
 * is refused (in a user namespace) bound from /dev and checked to be what they
 * are called. A descriptor of the mount, or -1 and errno, and nothing is left
 * mounted; *failed is the part that failed, log as mnt_make's. */
int dev_mount(int root, const char *target, const char **failed,
	      char log[MNT_LOG]);

#endif
