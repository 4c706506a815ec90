/* fmt.c - printf's commonest words in a kilobyte
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "fmt.h"

#include <errno.h>
#include <string.h>
#include <unistd.h>

/* Where the bytes go: a struct fmt, or memory (fmt NULL) cut off at size. */
struct sink {
	struct fmt *fmt;
	char *buf;
	size_t size, n;
};

static void put(struct sink *s, char c)
{
	struct fmt *f = s->fmt;

	if (!f) {
		if (s->n + 1 < s->size)
			s->buf[s->n] = c;
		s->n++;
		return;
	}
	if (f->n == sizeof(f->buf))
		fmt_flush(f);
	f->buf[f->n++] = c;
}

static void put_string(struct sink *s, const char *text)
{
	for (; *text; text++) {
		unsigned char c = *text;

		if (!s->fmt || (c >= ' ' && c != 0x7f)) {
			put(s, c);
			continue;
		}
		put(s, '\\');
		put(s, '0' + (c >> 6));
		put(s, '0' + (c >> 3 & 7));
		put(s, '0' + (c & 7));
	}
}

static void put_number(struct sink *s, unsigned long n, unsigned int base)
{
	char digits[sizeof(n) * 8 + 1];
	char *d = digits + sizeof(digits) - 1;

	*d = 0;
	do
		*--d = "0123456789abcdef"[n % base];
	while (n /= base);
	put_string(s, d);
}

static void put_signed(struct sink *s, long n)
{
	if (n < 0)
		put(s, '-');
	put_number(s, n < 0 ? -(unsigned long)n : (unsigned long)n, 10);
}

static unsigned int base_of(char conversion)
{
	return conversion == 'x' ? 16 : conversion == 'o' ? 8 : 10;
}

/* One conversion; the format attribute has checked ap against it. */
static const char *convert(struct sink *s, const char *f, va_list *ap, int err)
{
	int wide = *f == 'l';

	f += wide;
	switch (*f) {
	case 's':
		put_string(s, va_arg(*ap, const char *));
		break;
	case 'd':
		put_signed(s, va_arg(*ap, int));
		break;
	case 'u':
	case 'x':
	case 'o':
		put_number(s,
			   wide ? va_arg(*ap, unsigned long)
				: va_arg(*ap, unsigned int),
			   base_of(*f));
		break;
	case 'c':
		put(s, va_arg(*ap, int));
		break;
	case 'm':
		put_string(s, strerror(err));
		break;
	default:
		put(s, *f);
	}
	return f + 1;
}

static void format(struct sink *s, const char *f, va_list ap)
{
	int err = errno;
	va_list copy;

	va_copy(copy, ap);
	while (*f) {
		if (*f != '%')
			put(s, *f++);
		else
			f = convert(s, f + 1, &copy, err);
	}
	va_end(copy);
	errno = err;
}

void fmt_flush(struct fmt *f)
{
	const char *text = f->buf;
	int err = errno;

	while (f->n) {
		ssize_t n = write(f->fd, text, f->n);

		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0)
			break; /* nobody can be told that nobody can be told */
		text += n;
		f->n -= n;
	}
	f->n = 0;
	errno = err;
}

void fmt_vadd(struct fmt *f, const char *text, va_list ap)
{
	struct sink s = {.fmt = f};

	format(&s, text, ap);
}

void fmt_add(struct fmt *f, const char *text, ...)
{
	va_list ap;

	va_start(ap, text);
	fmt_vadd(f, text, ap);
	va_end(ap);
}

static int is_plain(const char *word)
{
	return *word && !word[strspn(word, "abcdefghijklmnopqrstuvwxyz"
					   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
					   "0123456789_-./:=,+@%")];
}

void fmt_quote(struct fmt *f, const char *word)
{
	struct sink s = {.fmt = f};

	if (is_plain(word)) {
		fmt_add(f, "%s", word);
		return;
	}
	put(&s, '\'');
	for (; *word; word++) {
		if (*word == '\'')
			fmt_add(f, "'\\''");
		else
			put(&s, *word);
	}
	put(&s, '\'');
}

void fmt_words(int fd, const char *before, char **words, char **end)
{
	struct fmt f = {.fd = fd};

	fmt_add(&f, "%s", before);
	for (char **w = words; *w && w != end; w++) {
		if (w != words)
			fmt_add(&f, " ");
		fmt_quote(&f, *w);
	}
	fmt_add(&f, "\n");
	fmt_flush(&f);
}

int fmt_str(char *buf, size_t size, const char *text, ...)
{
	struct sink s = {.buf = buf, .size = size};
	va_list ap;

	va_start(ap, text);
	format(&s, text, ap);
	va_end(ap);
	buf[s.n < size ? s.n : size - 1] = 0;
	if (s.n < size)
		return 0;
	errno = ENAMETOOLONG;
	return -1;
}
