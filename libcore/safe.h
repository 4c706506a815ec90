/* safe.h - cover what a proc shows of the host
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef SAFE_H
#define SAFE_H

#include "mnt.h"

/* On the proc mounted as the descriptor: bus, fs, irq, sys and sysrq-trigger
 * become read-only; kcore, keys, timer_list and others that tell of the host are
 * masked, as the OCI runtime specification's default has it. Those that this
 * kernel lacks are passed over. 0, or -1 and errno; *failed is the one that
 * failed, log as mnt_make's. */
int safe_cover(int proc, const char **failed, char log[MNT_LOG]);

/* Covers a directory by an empty read-only tmpfs, anything else by the device
 * null. A descriptor of the mount, or -1 and errno, log as mnt_make's. */
int safe_mask(int root, const char *path, char log[MNT_LOG]);

#endif
