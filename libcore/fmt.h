/* fmt.h - printf's commonest words in a kilobyte
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Conversions: %s %d %u %x %o %c %m %%, and %lu %lx. No width, no precision.
 * %m is the text of errno as it was at the call. To a descriptor, %s shows
 * control characters as \ooo, so that a hostile word cannot forge a line or
 * paint a terminal; into memory it copies the bytes.
 */
#ifndef FMT_H
#define FMT_H

#include <stdarg.h>
#include <stddef.h>

#define FMT_SIZE 1024

/* Text on its way to a descriptor, written by fmt_flush or when it is full */
struct fmt {
	int fd;
	size_t n;
	char buf[FMT_SIZE];
};

void fmt_add(struct fmt *f, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
void fmt_vadd(struct fmt *f, const char *format, va_list ap)
	__attribute__((format(printf, 2, 0)));
/* The word as a shell would take it, in quotes where it needs them */
void fmt_quote(struct fmt *f, const char *word);
void fmt_flush(struct fmt *f);
/* A line of words, as a shell would take them, up to end or NULL */
void fmt_words(int fd, const char *before, char **words, char **end);

/* Into buf, with a NUL. 0, or -1 and ENAMETOOLONG (then buf holds what fits). */
int fmt_str(char *buf, size_t size, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

#endif
