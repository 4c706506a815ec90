/* err.c - one line on stderr, and the end of the sentence
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "err.h"

#include <errno.h>
#include <stdarg.h>
#include <unistd.h>

#include "chain.h"
#include "fmt.h"

static void tell(const char *before, const char *format, va_list ap)
{
	struct fmt f = {.fd = STDERR_FILENO};

	fmt_add(&f, "%s: %s", chain_name(), before);
	fmt_vadd(&f, format, ap);
	fmt_add(&f, "\n");
	fmt_flush(&f);
}

void die(const char *format, ...)
{
	va_list ap;

	chain_fail(errno);
	va_start(ap, format);
	tell("", format, ap);
	va_end(ap);
	_exit(STATUS_FAILED);
}

void die_status(int status, const char *format, ...)
{
	va_list ap;

	chain_fail(errno);
	va_start(ap, format);
	tell("", format, ap);
	va_end(ap);
	_exit(status);
}

void warn(const char *format, ...)
{
	va_list ap;

	va_start(ap, format);
	tell("warning: ", format, ap);
	va_end(ap);
}

void complain(const char *format, ...)
{
	va_list ap;

	chain_fail(errno);
	va_start(ap, format);
	tell("", format, ap);
	va_end(ap);
}
