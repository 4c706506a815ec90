/* detach.c - give the shell back when the jail stands
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: the parent is one more that waits for the program. The
 * child does not die with it, but cannot execute the program without it either:
 * the parent has to stand (libcore/hello.h). What holds the caller's stdout
 * after that would keep `eval "$(...)"` waiting, so nobody does.
 */
#include "detach.h"

#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "report.h"
#include "stay.h"
#include "sys.h"

#define NO_FILE "/dev/null"
#define READY	"ready=1\n"

/* What the report said by now, and that the program runs. 0, or -1 and errno. */
static int print(int report)
{
	char text[512];
	ssize_t n =
		recv(report, text, sizeof(text) - sizeof(READY), MSG_DONTWAIT);

	memcpy(text + (n > 0 ? n : 0), READY, sizeof(READY));
	return report_put(STDOUT_FILENO, text);
}

_Noreturn static void wait_until_ready(struct stay *s, int report)
{
	s->keep_fd[0] = report;
	s->hears = 1;
	if (stay_stand(s))
		_exit(STATUS_FAILED);
	for (;;)
		switch (stay_next(s)) {
		case STAY_READY:
			if (!print(report))
				_exit(0);
			complain("print the report: %m");
			kill(s->child, SIGTERM);
			stay_refuse(s);
			_exit(STATUS_FAILED);
		case STAY_ENDED:
			stay_end(s);
		default:
			break;
		}
}

int detach(const char *output)
{
	int pair[2], in, out;
	struct stay s;

	if (!output)
		output = NO_FILE;
	in = sys_open(AT_FDCWD, NO_FILE, O_RDONLY, 0);
	out = in < 0 ? in
		     : sys_open(AT_FDCWD, output, O_WRONLY | O_CREAT | O_APPEND,
				0666);
	if (out < 0)
		die("open '%s': %m", in < 0 ? NO_FILE : output);
	if (socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		die("make a socket pair: %m");
	if (!stay_fork(&s, 0, 0, STAY_FREE))
		wait_until_ready(&s, pair[0]);
	close(pair[0]);
	if (setsid() < 0 || dup2(in, STDIN_FILENO) < 0 ||
	    dup2(out, STDOUT_FILENO) < 0)
		die("leave the session: %m");
	close(in);
	close(out);
	chain_detaches();
	return pair[1];
}
