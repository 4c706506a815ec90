/* persist.h - keep namespaces alive as files
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A bind mount of a namespace's file of /proc/PID/ns holds it when every
 * process is gone; nsenter(1) enters it by that file, umount(8) lets it go.
 * Source: namespaces(7), unshare(1).
 */
#ifndef PERSIST_H
#define PERSIST_H

#include <sys/types.h>

#include "ns.h"

/* Binds the namespaces of process pid onto the files of c: those that are
 * missing are made; the directory of a mount namespace's file becomes a private
 * mount where its propagation forbids it. for_children: kinds (CLONE_NEW*) that
 * pid made for its children. 0, or -1 after telling why; then nothing of it is
 * left. */
int persist_bind(pid_t pid, const struct ns_choice *c, int for_children);

#endif
