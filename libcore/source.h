/* source.h - what a bind or a move is made of
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A path; in-root:PATH, below the root; or fd:N, an open descriptor: a detached
 * tree is attached as it is, another is bound, and one of another mount
 * namespace is found again by its path in this one and compared.
 */
#ifndef SOURCE_H
#define SOURCE_H

#include "mnt.h"

/* Dies if the word is none. with_root: there is a root */
void source_check(const char *word, int with_root);
/* The path below the root of in-root:PATH, or NULL */
const char *source_in_root(const char *word);
/* Opens it into m, for mnt_make. 0, or -1 and errno; log as mnt_make's. */
int source_open(struct mnt *m, int root, char log[MNT_LOG]);
/* mnt_make refused the tree (EINVAL): it is of another mount namespace, if it
 * came from fd:N. Opens what has its path in this one. 0 or -1, as above. */
int source_again(struct mnt *m, char log[MNT_LOG]);

#endif
