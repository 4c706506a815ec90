/* report.c - tell a script how a jail fares, one record a line
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "report.h"

#include <unistd.h>

#include "fmt.h"

void report_hello(int fd, const struct stay *s)
{
	struct fmt f = {.fd = fd};

	fmt_add(&f, "supervisor=%d\n", getpid());
	if (s->init)
		fmt_add(&f, "init=%d\n", s->child);
	fmt_add(&f, "pid=%d\n", s->program);
	fmt_flush(&f);
}

void report_ready(int fd)
{
	struct fmt f = {.fd = fd};

	fmt_add(&f, "ready=1\n");
	fmt_flush(&f);
}

void report_end(int fd, const struct stay *s)
{
	struct fmt f = {.fd = fd};

	if (!s->ready)
		fmt_add(&f, "failed='%s %d'\n", *s->step ? s->step : "unknown",
			s->failed);
	else if (s->killed)
		fmt_add(&f, "signal=%d\n", s->fatal ? s->fatal : s->killed);
	else
		fmt_add(&f, "exit=%d\n", s->status);
	fmt_flush(&f);
}
