/* safe.h - cover what a proc shows of the host
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef SAFE_H
#define SAFE_H

/* On the proc mounted at target (below root, as path.h has it): bus, fs, irq,
 * sys and sysrq-trigger become read-only; kcore, keys, timer_list and others
 * that tell of the host are masked, as the OCI runtime specification's default
 * has it. Those that this kernel lacks are passed over. Linux 5.12. 0, or -1
 * and errno; *failed is the one that failed. */
int safe_cover(int root, const char *target, const char **failed);

#endif
