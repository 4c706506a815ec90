/* why.h - an errno and its circumstances -> the cause that was found to hold
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Each function looks at the machine after a call failed (errno says how) and
 * puts " (cause)" or "" into buf, which it returns, for the end of a message.
 * errno is left as it was. A cause is said only if it was seen to hold.
 */
#ifndef WHY_H
#define WHY_H

#define WHY_SIZE 512

/* unshare(2), clone(2) of kinds (CLONE_NEW*) */
const char *why_namespaces(char buf[WHY_SIZE], int kinds);
/* fork(2), clone(2) without new namespaces */
const char *why_fork(char buf[WHY_SIZE]);
/* A write to uid_map, gid_map, setgroups; opening: of the file, or its write */
const char *why_map(char buf[WHY_SIZE], int opening);
/* mount(2) and its newer forms; each may be NULL */
const char *why_mount(char buf[WHY_SIZE], const char *type, const char *source,
		      const char *target);
/* The same, of one of the words of -o (list may be NULL) */
const char *why_option(char buf[WHY_SIZE], const char *list);
/* umount2(2) of target below root, as path.h has it */
const char *why_umount(char buf[WHY_SIZE], int root, const char *target);
/* pivot_root(2); put_old may be NULL */
const char *why_pivot(char buf[WHY_SIZE], const char *new_root,
		      const char *put_old);
/* A file of /proc */
const char *why_proc(char buf[WHY_SIZE]);
/* execve(2) */
const char *why_exec(char buf[WHY_SIZE], const char *file);

#endif
