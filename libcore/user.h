/* user.h - names and numbers of users, and the ids that are theirs to map
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Read from files by our own parser: no name service may run before a jail
 * stands. Source: passwd(5), group(5), subuid(5).
 */
#ifndef USER_H
#define USER_H

#include <stdint.h>

/* The id that word names: a number, or a name of file (/etc/passwd or
 * /etc/group). 0, or -1: there is none. */
int user_id(const char *word, const char *file, uint32_t *id);

/* The first range of file (/etc/subuid or /etc/subgid) that belongs to the user
 * uid, by name or by number. 0, or -1: there is none. */
int user_subids(const char *file, uint32_t uid, uint32_t *first,
		uint32_t *count);

#endif
