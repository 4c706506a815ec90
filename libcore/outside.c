/* outside.c - run a program of the caller's beside the jail
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "outside.h"

#include <errno.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "exec.h"
#include "fmt.h"
#include "sys.h"

_Noreturn static void become(char **argv, int out)
{
	const sys_sigset mask = chain_caller_mask();
	int status = STATUS_FAILED;

	if ((out < 0 || dup2(out, STDERR_FILENO) >= 0) &&
	    !sys_sigmask(SIG_SETMASK, &mask, NULL))
		status = exec_program(argv);
	if (out < 0)
		complain("run '%s': %m", *argv);
	_exit(status);
}

/* Waits for a signal. Returns its number, 0 when the time is over. */
static int next_signal(int ms)
{
	int sig;

	do
		sig = sys_sigwait(~0ULL, ms);
	while (sig < 0 && errno == EINTR);
	return sig < 0 ? 0 : sig;
}

/* Until it has ended; a signal for us is one for it. */
static void wait_for(struct outside *o, pid_t pid)
{
	int status, again = 0, sig;
	pid_t ended;

	while (!(ended = waitpid(pid, &status, WNOHANG))) {
		sig = next_signal(o->deadline ? o->deadline * 1000 : -1);
		if (!sig) {
			o->late = 1;
			sig = SIGKILL;
		}
		if (sig == SIGCHLD)
			continue;
		if (sig != SIGKILL)
			again = sig;
		kill(pid, sig);
	}
	o->status = ended < 0		  ? STATUS_FAILED
		    : WIFSIGNALED(status) ? STATUS_SIGNAL + WTERMSIG(status)
					  : WEXITSTATUS(status);
	/* One SIGCHLD may have stood for another child, too. */
	kill(getpid(), SIGCHLD);
	if (again)
		kill(getpid(), again);
}

int outside_run(struct outside *o, char **argv)
{
	int pair[2] = {-1, -1};
	ssize_t n = 0;
	pid_t pid;

	o->late = 0;
	if (o->hears &&
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0,
		       pair))
		return -1;
	pid = sys_clone(0, -1);
	if (!pid)
		become(argv, pair[1]);
	if (pid > 0)
		wait_for(o, pid);
	if (o->hears) {
		if (pid > 0)
			n = read(pair[0], o->said, sizeof(o->said) - 1);
		close(pair[0]);
		close(pair[1]);
	}
	o->said[n > 0 ? n : 0] = 0;
	o->said[strcspn(o->said, "\n")] = 0;
	return pid < 0 ? -1 : 0;
}

int outside_step(const char *words, pid_t child)
{
	char pid[16];
	char *argv[] = {NULL,
			(char *)"/bin/sh",
			(char *)"-c",
			(char *)"export CELLBOX_PID=\"$1\"; eval \"$2\"",
			(char *)"cellbox",
			pid,
			(char *)words,
			NULL};
	struct outside o = {.deadline = 0};

	fmt_str(pid, sizeof(pid), "%d", child);
	if (outside_run(&o, argv + 1))
		complain("--outside '%s': %m", words);
	else if (o.status)
		complain("--outside '%s': status %d", words, o.status);
	else
		return 0;
	return -1;
}

void outside_check(const char *what)
{
	if (chain_root_is_foreign())
		die("%s wants programs and files of the caller's, but an "
		    "earlier step changed the root: put it before that",
		    what);
}
