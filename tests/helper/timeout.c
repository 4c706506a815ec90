/* timeout.c - timeout(1) for the booted guests: busybox's leaves a process */
/* SPDX-License-Identifier: 0BSD */
/*
 * timeout [-k N] SECONDS CMD...: 124 if it had to be killed
 */
#include "helper.h"

#include <signal.h>

int main(int argc, char **argv)
{
	double end;
	sigset_t set;
	int status;
	pid_t pid;

	if (argc > 3 && !strcmp(argv[1], "-k"))
		argv += 2;
	if (!argv[1] || !argv[2])
		return 125;
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigprocmask(SIG_BLOCK, &set, NULL);
	end = now() + atof(argv[1]);
	pid = fork();
	if (!pid) {
		sigprocmask(SIG_UNBLOCK, &set, NULL);
		execvp(argv[2], argv + 2);
		_exit(127);
	}
	while (waitpid(pid, &status, WNOHANG) != pid)
		if (!await_signal(&set, end - now()) && now() >= end) {
			kill(pid, SIGKILL);
			waitpid(pid, &status, 0);
			return 124;
		}
	return shell_status(status);
}
