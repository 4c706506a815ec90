/* reap.c - run a command with a deadline and tell what it leaves behind */
/* SPDX-License-Identifier: 0BSD */
/*
 * reap [-t SECONDS] [-w MILLISECONDS] [-o FILE] CMD...
 *
 * The command runs in a session of its own, with plain signals, stdin from
 * /dev/null and no descriptor above 2. reap is a child subreaper: what the
 * command orphans falls to it. At the deadline all of that is killed (status
 * 124); else, MILLISECONDS (200) after the command ended, all that still lives
 * is a stray. The report (FILE, else stderr) has one record a line:
 *
 *     timeout | signal N | killed PID CMDLINE | stray PID CMDLINE |
 *     unkillable PID CMDLINE
 *
 * The status is the command's as a shell sees it. A TERM, INT or HUP, or the
 * death of the parent, ends all at once.
 */
#include "helper.h"

#include <errno.h>
#include <sys/prctl.h>

static FILE *report;
static const char *record;

static void tell(int pid, char state)
{
	char path[64], text[1024], *c;
	ssize_t got = 0;
	int fd;

	snprintf(path, sizeof(path), "/proc/%d/cmdline", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd >= 0) {
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
	}
	while (got > 0 && !text[got - 1])
		got--;
	text[got > 0 ? got : 0] = 0;
	for (c = text; c < text + got; c++)
		if ((unsigned char)*c < ' ')
			*c = ' ';
	fprintf(report, "%s %d %s%s\n", record, pid,
		got > 0	       ? text
		: state == 'Z' ? "(zombie)"
			       : "(no command line)",
		state == 'T' ? " (stopped)" : "");
}

static _Noreturn void execute(char **argv)
{
	int fd;

	leave_caller();
	for (fd = 3; fd < 1024; fd++)
		close(fd);
	execvp(*argv, argv);
	fprintf(stderr, "reap: %s: %s\n", *argv, strerror(errno));
	_exit(errno == ENOENT ? 127 : 126);
}

/* Reaps what has ended; true as long as children are left. */
static int collect(pid_t command, int *status)
{
	int one;
	pid_t pid;

	while ((pid = waitpid(-1, &one, WNOHANG)) > 0)
		if (pid == command)
			*status = shell_status(one);
	return pid == 0;
}

int main(int argc, char **argv)
{
	double deadline = 0, wait = 0.2;
	int opt, sig, status = -1;
	sigset_t set;
	pid_t pid;

	report = stderr;
	while ((opt = getopt(argc, argv, "+t:w:o:")) > 0)
		if (opt == 't')
			deadline = atof(optarg);
		else if (opt == 'w')
			wait = atof(optarg) / 1000;
		else if (opt != 'o' || !(report = fopen(optarg, "we")))
			return 125;
	if (optind == argc)
		return 125;
	prctl(PR_SET_CHILD_SUBREAPER, 1L);
	prctl(PR_SET_PDEATHSIG, (long)SIGTERM);
	plain_signals();
	sigemptyset(&set);
	sigaddset(&set, SIGCHLD);
	sigaddset(&set, SIGTERM);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGHUP);
	sigprocmask(SIG_BLOCK, &set, NULL);
	pid = fork();
	if (pid < 0)
		return 125;
	if (!pid)
		execute(argv + optind);

	deadline = now() + (deadline > 0 ? deadline : 1e9);
	for (collect(pid, &status); status < 0; collect(pid, &status)) {
		sig = await_signal(&set, deadline - now());
		if (sig == SIGCHLD)
			continue;
		if (sig)
			fprintf(report, "signal %d\n", sig);
		else
			fprintf(report, "timeout\n");
		record = "killed";
		each_below(tell);
		status = sig ? 128 + sig : 124;
		/* What stays after this is in the kernel's hands. */
		record = "unkillable";
		if (kill_below())
			each_below(tell);
		return fclose(report) ? 125 : status;
	}
	for (deadline = now() + wait; collect(-1, &status);) {
		if (now() < deadline) {
			await_signal(&set, deadline - now());
			continue;
		}
		record = "stray";
		each_below(tell);
		record = "unkillable";
		if (kill_below())
			each_below(tell);
		break;
	}
	return fclose(report) ? 125 : status;
}
