/* remains.c - what is left of a jail whose main child has ended
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "remains.h"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "err.h"
#include "fmt.h"
#include "num.h"
#include "proc.h"
#include "sys.h"

#define WAIT_MAX 1000000 /* milliseconds */

int remains_open(struct remains *r)
{
	char file[32];

	r->list = -1;
	if (getpid() == 1)
		return 1;
	fmt_str(file, sizeof(file), "task/%d/children", getpid());
	r->list = proc_open(file, O_RDONLY);
	if (r->list < 0)
		die("not PID 1, and its children cannot be listed: %m");
	return 0;
}

void remains_asked(struct remains *r, int came, int sent)
{
	if (r->grace >= 0 && !r->until && (came == SIGTERM || sent == SIGTERM))
		r->until = sys_now() + r->grace * 1000LL;
}

int remains_time(const struct remains *r)
{
	int64_t left = r->until ? r->until - sys_now() : -1;

	if (r->until && left < 0)
		return 0;
	return left > WAIT_MAX ? WAIT_MAX : (int)left;
}

/* Many may not fit: who is left over will be seen the next time. */
void remains_send(const struct remains *r, int sig)
{
	char text[4096];
	const char *at = text;
	uint64_t pid;
	ssize_t n;

	if (r->list < 0) {
		kill(-1, sig);
		return;
	}
	n = pread(r->list, text, sizeof(text) - 1, 0);
	text[n > 0 ? n : 0] = 0;
	while (!num_take(&at, 10, &pid) && *at == ' ')
		kill(pid, sig);
}

void remains_end(const struct remains *r)
{
	pid_t pid;

	while (r->list >= 0 && (pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		if (pid)
			continue;
		remains_send(r, SIGKILL);
		poll(NULL, 0, 1);
	}
}
