/* swap.c - exchange two names in a tight loop while a command runs */
/* SPDX-License-Identifier: 0BSD */
/*
 * swap A B CMD...: renameat2(A, B, RENAME_EXCHANGE) as fast as it goes, by a
 * process of its own. Ends as CMD does; how often it was done is on stderr.
 */
#include "helper.h"

#include <errno.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>

#define EXCHANGE 2L

int main(int argc, char **argv)
{
	volatile unsigned long *n = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
					 MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	pid_t swapper, cmd;
	int status;

	if (argc < 4 || n == MAP_FAILED)
		return 125;
	swapper = fork();
	if (!swapper) {
		prctl(PR_SET_PDEATHSIG, SIGKILL);
		while (!syscall(SYS_renameat2, (long)AT_FDCWD, argv[1],
				(long)AT_FDCWD, argv[2], EXCHANGE))
			++*n;
		fprintf(stderr, "swap: %s\n", strerror(errno));
		_exit(1);
	}
	while (!*n && !waitpid(swapper, &status, WNOHANG))
		continue;
	cmd = fork();
	if (!cmd) {
		execvp(argv[3], argv + 3);
		_exit(127);
	}
	waitpid(cmd, &status, 0);
	kill(swapper, SIGKILL);
	waitpid(swapper, NULL, 0);
	fprintf(stderr, "%lu swaps\n", *n);
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128;
}
