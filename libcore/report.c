/* report.c - tell a script how a jail fares, one record a line
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "cap.h"
#include "err.h"
#include "fmt.h"
#include "jail.h"
#include "num.h"
#include "sys.h"

#define PATIENCE_MS 1000

/* All of it or an error; a pipe that polls as writable takes PIPE_BUF bytes. */
static int put(int fd, const char *text)
{
	struct pollfd reader = {.fd = fd, .events = POLLOUT};
	ssize_t n = strlen(text), done;

	errno = EAGAIN;
	if (poll(&reader, 1, PATIENCE_MS) <= 0)
		return -1;
	done = write(fd, text, n);
	if (done == n || (done < 0 && errno == EPIPE))
		return 0;
	errno = done < 0 ? errno : ENOSPC;
	return -1;
}

static int add_namespaces(char *text, size_t size, pid_t program)
{
	struct jail j;
	struct stat st;
	size_t n = 0;

	if (jail_open(&j, program, NS_ALL))
		return -1;
	for (int i = 0; i < NS_KINDS; i++)
		if (j.fd[i] >= 0 && !fstat(j.fd[i], &st)) {
			fmt_str(text + n, size - n, "ns_%s=%lu\n",
				ns_table[i].file, (unsigned long)st.st_ino);
			n += strlen(text + n);
		}
	jail_close(&j, NS_ALL);
	return 0;
}

void report_check(struct report *r)
{
	const char *at = r->word;
	uint32_t fd = STDOUT_FILENO;

	if (r->word && strcmp(r->word, "-") &&
	    (num_take32(&at, 0, &fd) || fd > INT_MAX))
		die("--report '%s': not a number or -", r->word);
	r->fd = r->word ? (int)fd : -1;
}

void report_open(const struct report *r)
{
	if (r->fd >= 0 && fcntl(r->fd, F_GETFD) < 0)
		die("--report '%s': %m", r->word);
}

void report_prepare(const struct report *r, struct stay *s)
{
	s->keep_fd[0] = r->fd;
	s->keep_fd[1] = r->detach_fd;
	if (r->fd >= 0 || r->detach_fd >= 0) {
		s->listens = HELLO_OPENS;
		s->caps = ~0ULL; /* until it has seen the namespaces */
	} else if (r->pid_file) {
		s->listens = HELLO_LISTENS;
		s->caps = CAPS_DAC_OVERRIDE;
	}
}

void report_close(const struct report *r)
{
	if (r->fd > STDERR_FILENO)
		close(r->fd);
	if (r->detach_fd >= 0)
		close(r->detach_fd);
}

static int put_hello(int fd, const struct report *r, const struct stay *s)
{
	char text[512], init[32] = "";
	size_t n;

	if (fd < 0)
		return 0;
	if (s->init)
		fmt_str(init, sizeof(init), "init=%d\n", s->child);
	fmt_str(text, sizeof(text), "supervisor=%d\n%spid=%d\n", r->supervisor,
		init, s->program);
	n = strlen(text);
	if (add_namespaces(text + n, sizeof(text) - n, s->program))
		return -1;
	return put(fd, text);
}

/* Whole, or not at all */
static int write_pid_file(const struct report *r)
{
	char new[PATH_MAX], text[16];
	int fd, failed;

	if (fmt_str(new, sizeof(new), "%s.%d", r->pid_file, r->supervisor))
		return -1;
	fd = sys_open(AT_FDCWD, new, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW,
		      0644);
	if (fd < 0)
		return -1;
	fmt_str(text, sizeof(text), "%d\n", r->supervisor);
	failed = put(fd, text) || rename(new, r->pid_file) ? errno : 0;
	close(fd);
	if (failed)
		unlink(new);
	errno = failed;
	return failed ? -1 : 0;
}

int report_hello(struct report *r, const struct stay *s)
{
	if (put_hello(r->fd, r, s) || put_hello(r->detach_fd, r, s)) {
		if (errno == ESRCH)
			return 0; /* killed meanwhile, as its end will tell */
		complain("report to '%s': %m", r->word ? r->word : "-");
		return -1;
	}
	r->stands = r->pid_file && !write_pid_file(r);
	if (r->pid_file && !r->stands) {
		complain("--pid-file '%s': %m", r->pid_file);
		return -1;
	}
	if (!cap_keep_only(CAPS_KILL | (r->pid_file ? CAPS_DAC_OVERRIDE : 0)))
		return 0;
	complain("give up capabilities: %m");
	return -1;
}

void report_ready(const struct report *r)
{
	if (r->fd >= 0)
		put(r->fd, "ready=1\n");
	if (r->detach_fd >= 0)
		close(r->detach_fd);
}

void report_end(const struct report *r, const struct stay *s)
{
	char text[64];

	if (r->stands)
		unlink(r->pid_file);
	if (!s->ready)
		fmt_str(text, sizeof(text), "failed='%s %d'\n",
			*s->step ? s->step : "unknown", s->failed);
	else if (s->killed)
		fmt_str(text, sizeof(text), "signal=%d\n",
			s->fatal ? s->fatal : s->killed);
	else
		fmt_str(text, sizeof(text), "exit=%d\n", s->status);
	if (r->fd >= 0)
		put(r->fd, text);
}

int report_put(int fd, const char *text)
{
	return put(fd, text);
}
