/* pty.c - a terminal, a command beside or on it, and a script of who types */
/* SPDX-License-Identifier: 0BSD */
/*
 * pty [-c] [-t SECONDS] CMD... <SCRIPT
 *
 * Makes a pseudo-terminal of 24x80. The command leads a session of its own, with
 * the terminal as its controlling one and its 0, 1 and 2; with -c it has no
 * terminal, but the path of this one in $CONSOLE. A line of the script is
 *
 *     type TEXT      \r and \ooo are read in TEXT
 *     wait TEXT      until it was shown, behind what was waited for before
 *     size ROWSxCOLS
 *     sleep MILLISECONDS
 *
 * Then it waits for the end of the command. What was shown goes to stdout, less
 * all CR; the status is the command's. After SECONDS (20) all is killed: 124.
 */
#include "helper.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>

static char shown[1 << 18], slave[64];
static size_t n_shown, seen;
static int master;
static double deadline;

static _Noreturn void end(int status, const char *why, const char *what)
{
	size_t i;

	for (i = 0; i < n_shown; i++)
		if (shown[i] != '\r')
			putchar(shown[i]);
	if (*why)
		fprintf(stderr, "pty: %s %s\n", why, what);
	exit(status);
}

/* Takes what is shown within ms; 0 if nothing was. */
static int take(int ms, const char *doing)
{
	struct pollfd p = {master, POLLIN, 0};
	ssize_t n;

	if (now() > deadline) {
		kill_below();
		end(124, "too late:", doing);
	}
	if (poll(&p, 1, ms) <= 0)
		return 0;
	n = read(master, shown + n_shown, sizeof(shown) - n_shown - 1);
	n_shown += n > 0 ? (size_t)n : 0;
	if (n <= 0)
		usleep(1000);
	return n > 0;
}

static void type(char *text)
{
	while (*text) {
		char c = *text++;

		if (c == '\\' && *text == 'r')
			c = '\r', text++;
		else if (c == '\\')
			c = (char)strtol(text, &text, 8);
		while (write(master, &c, 1) != 1)
			take(5, text);
	}
}

static void resize(const char *word)
{
	struct winsize size = {0, 0, 0, 0};

	sscanf(word, "%hux%hu", &size.ws_row, &size.ws_col);
	ioctl(master, TIOCSWINSZ, &size);
}

static void step(char *line)
{
	char *arg = line + 5, *at;

	if (!strncmp(line, "type ", 5)) {
		type(arg);
	} else if (!strncmp(line, "size ", 5)) {
		resize(arg);
	} else if (!strncmp(line, "sleep ", 6)) {
		usleep((useconds_t)atoi(arg) * 1000);
	} else if (!strncmp(line, "wait ", 5)) {
		while (!(at = memmem(shown + seen, n_shown - seen, arg,
				     strlen(arg))))
			take(20, line);
		seen = (size_t)(at - shown) + strlen(arg);
	} else {
		end(125, "what is this:", line);
	}
}

static _Noreturn void become(char **argv, int beside)
{
	int fd;

	leave_caller();
	if (beside) {
		setenv("CONSOLE", slave, 1);
	} else {
		fd = open(slave, O_RDWR | O_CLOEXEC);
		if (fd < 0 || ioctl(fd, TIOCSCTTY, 0))
			_exit(125);
		dup2(fd, 0), dup2(fd, 1), dup2(fd, 2);
	}
	execvp(*argv, argv);
	_exit(errno == ENOENT ? 127 : 126);
}

int main(int argc, char **argv)
{
	int opt, beside = 0, status;
	char line[1024];
	pid_t child;

	deadline = now() + 20;
	while ((opt = getopt(argc, argv, "+ct:")) > 0)
		if (opt == 'c')
			beside = 1;
		else if (opt == 't')
			deadline = now() + atof(optarg);
		else
			return 125;
	prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC);
	if (master < 0 || unlockpt(master) || !argv[optind] ||
	    ptsname_r(master, slave, sizeof(slave)) ||
	    open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC) < 0) /* no EIO early */
		end(125, "no terminal:", strerror(errno));
	resize("24x80");
	child = fork();
	if (!child)
		become(argv + optind, beside);
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		step(line);
	}
	while (waitpid(child, &status, WNOHANG) != child)
		take(5, "its end");
	while (take(10, "its end"))
		continue;
	end(shell_status(status), "", "");
}
