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
#include <sys/socket.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fmt.h"
#include "stay.h"
#include "sys.h"

static void print(int report)
{
	struct fmt f = {.fd = STDOUT_FILENO};
	ssize_t n = recv(report, f.buf, sizeof(f.buf), MSG_DONTWAIT);

	f.n = n > 0 ? n : 0;
	fmt_add(&f, "ready=1\n");
	fmt_flush(&f);
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
			print(report);
			_exit(0);
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
		output = "/dev/null";
	in = sys_open(AT_FDCWD, "/dev/null", O_RDONLY, 0);
	if (in < 0)
		die("open '/dev/null': %m");
	out = sys_open(AT_FDCWD, output, O_WRONLY | O_CREAT | O_APPEND, 0666);
	if (out < 0)
		die("open '%s': %m", output);
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
