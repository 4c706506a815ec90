/* idmap.h - uid and gid maps of a user namespace
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A map is written from outside by who may map those ids, else by newuidmap(1)
 * and newgidmap(1). Only one's own id, one of it, can be mapped by a process of
 * the new namespace itself. Source: user_namespaces(7), unshare(1).
 */
#ifndef IDMAP_H
#define IDMAP_H

#include <stdint.h>
#include <sys/types.h>

#define IDMAP_RANGES 340 /* the kernel's limit (Linux 4.15) */
#define IDMAP_WORDS  17

/* count ids from outside on are seen as those from inside on */
struct idmap_range {
	uint32_t inside, outside, count;
};

struct idmap_ranges {
	struct idmap_range range[IDMAP_RANGES];
	int n;
};

/* Index of what is there for both */
enum { IDMAP_UID, IDMAP_GID };

/* The options as they were given */
struct idmap_words {
	int root, current, automatic, subids;
	const char *one[2];		  /* --map-user, --map-group */
	const char *many[2][IDMAP_WORDS]; /* --map-users, --map-groups */
	const char *setgroups;		  /* allow, deny or NULL */
};

struct idmap {
	struct idmap_ranges ids[2];
	uint32_t own[2];       /* effective ids of who will be mapped */
	const char *setgroups; /* allow, deny; NULL: as it is */
};

/* Rows of a table of offsets; AT(member) is that of a member of w, a struct
 * idmap_words. */
/* clang-format off */
/* NOLINTBEGIN(bugprone-macro-parentheses): members of a struct */
#define IDMAP_OPTIONS(AT, w) \
	OPT_FLAG('r', "map-root-user", AT(w.root), \
		 "be root in a new user namespace (implies -U)"), \
	OPT_FLAG('c', "map-current-user", AT(w.current), \
		 "be oneself in a new user namespace (implies -U)"), \
	OPT_STR(0, "map-user", AT(w.one[IDMAP_UID]), "UID", \
		"be this user in a new user namespace"), \
	OPT_STR(0, "map-group", AT(w.one[IDMAP_GID]), "GID", \
		"be of this group in a new user namespace"), \
	OPT_MANY(0, "map-users", AT(w.many[IDMAP_UID]), "MAP", \
		  "map users: IN:OUT:COUNT, auto, subids or all"), \
	OPT_MANY(0, "map-groups", AT(w.many[IDMAP_GID]), "MAP", \
		  "map groups likewise"), \
	OPT_FLAG(0, "map-auto", AT(w.automatic), \
		 "map the caller's subordinate ids, from 0 on"), \
	OPT_FLAG(0, "map-subids", AT(w.subids), \
		 "map the caller's subordinate ids as they are"), \
	OPT_STR(0, "setgroups", AT(w.setgroups), "WORD", \
		"allow or deny setgroups(2) in the user namespace")
/* NOLINTEND(bugprone-macro-parentheses) */
/* clang-format on */

/* True if any of them wants a new user namespace. Dies on words that make no
 * map; looks at nothing, for both walks. */
int idmap_check(const struct idmap_words *w);

/* Makes the map of who has these effective ids (NULL: of this process) from the
 * words; without any it is empty. To be called before the new user namespace is
 * entered. Dies. */
void idmap_make(struct idmap *m, const struct idmap_words *w,
		const uint32_t own[2]);

/* True if only a process outside of the namespace can write it. */
int idmap_needs_outside(const struct idmap *m);

/* Writes the maps of process pid (0: this one). Returns 0; 1 if the child is
 * dead, which its status tells better; -1 after telling what failed and why. */
int idmap_write(pid_t pid, const struct idmap *m);

#endif
