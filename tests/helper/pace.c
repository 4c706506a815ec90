/* pace.c - how long commands take, in rotation */
/* SPDX-License-Identifier: 0BSD */
/*
 * pace ROUNDS CMD ARG... -- CMD ARG... [-- ...]
 *	runs each command once a round, by vfork (a heavy launcher adds a constant
 *	to all of them), and prints for each: the median in microseconds, and the
 *	median of its ratios to the first one's time in the same round.
 */
#include "helper.h"

#define COMMANDS 8
#define ROUNDS	 10000

static double took[COMMANDS][ROUNDS], sorted[ROUNDS];

static int by_size(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;

	return x < y ? -1 : x > y;
}

static double median(const double *of, const double *by, int n)
{
	for (int i = 0; i < n; i++)
		sorted[i] = by ? of[i] / by[i] : of[i];
	qsort(sorted, (size_t)n, sizeof(*sorted), by_size);
	return sorted[n / 2];
}

static double run(char **argv)
{
	double begin = now();
	pid_t pid = vfork();
	int status;

	if (!pid) {
		execv(*argv, argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "pace: %s: status %d\n", *argv,
			shell_status(status));
		exit(125);
	}
	return (now() - begin) * 1e6;
}

int main(int argc, char **argv)
{
	int rounds = argc > 2 ? atoi(argv[1]) : 0, n = 0;
	char **command[COMMANDS];

	if (rounds < 1 || rounds > ROUNDS)
		return 125; /* usage: see above */
	command[n++] = argv + 2;
	for (int i = 2; i < argc; i++)
		if (!strcmp(argv[i], "--") && n < COMMANDS) {
			argv[i] = NULL;
			command[n++] = argv + i + 1;
		}
	for (int round = -rounds / 10; round < rounds; round++)
		for (int i = 0; i < n; i++)
			took[i][round < 0 ? 0 : round] = run(command[i]);
	for (int i = 0; i < n; i++)
		printf("%.0f %.2f\n", median(took[i], NULL, rounds),
		       median(took[i], took[0], rounds));
	return 0;
}
