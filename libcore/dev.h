/* dev.h - a minimal private /dev
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef DEV_H
#define DEV_H

/* Mounts on target, below root as path.h has it, a tmpfs with null, zero, full,
 * random, urandom, tty; fd, stdin, stdout, stderr; pts (a new instance), ptmx;
 * shm. Devices are made, or where mknod(2) is refused (in a user namespace)
 * bound from /dev and checked to be what they are called. 0, or -1 and errno,
 * and nothing is left mounted; *failed is the part that failed. */
int dev_mount(int root, const char *target, const char **failed);

#endif
