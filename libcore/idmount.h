/* idmount.h - the user namespace whose maps an idmapped mount shows ids by
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Source: mount_setattr(2), Linux 5.12.
 */
#ifndef IDMOUNT_H
#define IDMOUNT_H

#include "mnt.h"

/* Of IN:OUT:N, ids IN and up on the file system seen as OUT and up: made for it
 * by a process that ends at once; or of a file, /proc/PID/ns/user. text ends at
 * a comma or its end. A descriptor, or -1 and errno, and log as mnt_make's. */
int idmount_open(const char *text, char log[MNT_LOG]);
/* Dies if the text is neither. */
void idmount_check(const char *text, const char *list);

#endif
