/* escape.h - what an attempt is */
/* SPDX-License-Identifier: 0BSD */
#ifndef ESCAPE_H
#define ESCAPE_H

#include <sys/types.h>

enum { HELD, OPEN, UNTRIED };

struct attempt {
	const char *name;
	int (*run)(void); /* HELD, OPEN or UNTRIED, said by the three below */
};

/* One table a theme, a row without a name at its end. */
extern const struct attempt path_attempts[];
extern const struct attempt init_attempts[];
extern const struct attempt mount_attempts[];
extern const struct attempt kernel_attempts[];
extern const struct attempt legacy_attempts[];

/* The verdict, and why in a few words. */
int is_open(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int is_held(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
int untried(const char *fmt, ...) __attribute__((format(printf, 1, 2)));

/* OPEN if ok, else HELD with errno's text. */
int verdict(int ok);

/* What stage.c tells of the host (ESCAPE_KEY in the environment); "" if not. */
const char *host(const char *key);

/* Is this process in the host's namespace of that kind ("pid", "uts")? */
int in_host_ns(const char *kind);

/* Does path below dirfd lead to the host's marker? */
int sees_marker(int dirfd, const char *path);

/* Descend from / to the marker by its absolute path: same question. */
int root_is_host(void);

/* The number of the host's victim as this pid namespace shows it, or 0. */
pid_t find_victim(void);

#endif
