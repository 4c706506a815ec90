/* with.c - run a command in odd circumstances */
/* SPDX-License-Identifier: 0BSD */
/*
 * with [--close FD]... [--open FD]... [--block SIG]... [--ignore SIG]...
 *      [--umask M] [--nofile N] [--nnp] [--pdeathsig SIG]
 *      [--no-argv0] CMD...
 *
 * --open leaves a descriptor of "/" at FD, as a careless caller would.
 * --block and --ignore know 1 to 64: libc's own calls leave out 32 to 34.
 * --no-argv0 executes with no argument at all, the words after CMD dropped
 * (Linux 5.18 and later: argv[0] is "" then).
 */
#include "helper.h"

#include <errno.h>
#include <getopt.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static int number(const char *word)
{
	int sig = signal_number(word);

	if (sig < 1) {
		fprintf(stderr, "with: '%s' is no signal\n", word);
		exit(125);
	}
	return sig;
}

static void open_at(int fd)
{
	int root = open("/", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	if (root < 0 || dup2(root, fd) < 0) {
		fprintf(stderr, "with: open: %s\n", strerror(errno));
		exit(125);
	}
	if (root == fd)
		fcntl(fd, F_SETFD, 0);
	else
		close(root);
}

static void limit_files(const char *word)
{
	struct rlimit limit = {strtoul(word, NULL, 0), strtoul(word, NULL, 0)};

	if (setrlimit(RLIMIT_NOFILE, &limit)) {
		fprintf(stderr, "with: nofile: %s\n", strerror(errno));
		exit(125);
	}
}

int main(int argc, char **argv)
{
	static const struct option options[] = {
		{"close", 1, NULL, 'c'},    {"open", 1, NULL, 'o'},
		{"block", 1, NULL, 'b'},    {"ignore", 1, NULL, 'i'},
		{"umask", 1, NULL, 'u'},    {"nofile", 1, NULL, 'n'},
		{"nnp", 0, NULL, 'N'},	    {"pdeathsig", 1, NULL, 'p'},
		{"no-argv0", 0, NULL, '0'}, {NULL, 0, NULL, 0},
	};
	char *none[] = {NULL}, **words;
	int opt, no_argv0 = 0;

	while ((opt = getopt_long(argc, argv, "+", options, NULL)) > 0)
		if (opt == '?')
			return 125;
		else if (opt == 'c')
			close(atoi(optarg));
		else if (opt == 'o')
			open_at(atoi(optarg));
		else if (opt == 'b')
			set_mask(SIG_BLOCK, 1ULL << (number(optarg) - 1));
		else if (opt == 'i')
			set_action(number(optarg), SIG_IGN);
		else if (opt == 'u')
			umask((mode_t)strtoul(optarg, NULL, 8));
		else if (opt == 'n')
			limit_files(optarg);
		else if (opt == 'N')
			prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L);
		else if (opt == 'p')
			prctl(PR_SET_PDEATHSIG, (long)number(optarg));
		else
			no_argv0 = 1;
	if (optind == argc)
		return 125;
	words = no_argv0 ? none : argv + optind;
	execvp(argv[optind], words);
	fprintf(stderr, "with: %s: %s\n", argv[optind], strerror(errno));
	return errno == ENOENT ? 127 : 126;
}
