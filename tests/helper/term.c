/* term.c - type into a terminal, wait for what it shows */
/* SPDX-License-Identifier: 0BSD */
/*
 * term [-t SECONDS] [-s ROWSxCOLUMNS] CMD... <SCRIPT
 *
 * Runs the command as the leader of a session on a new pseudo-terminal (24x80)
 * with plain signals, and acts as its user. A line of the script is one of
 *
 *     send TEXT          typed in; \r \n \t \\ and \ooo are read in TEXT
 *     wait TEXT          until TEXT is shown, behind what was waited for before
 *     size ROWSxCOLUMNS  the window changes
 *     kill SIG           to the command
 *     sleep MILLISECONDS
 *     hangup             the terminal is gone
 *
 * and "#" begins a comment. Then it waits until the command has ended. What was
 * shown goes to stdout, less all CR; the status is the command's. At the deadline
 * (20 s, of the whole) all below is killed: 124, and the step on stderr.
 */
#include "helper.h"

#include <errno.h>
#include <poll.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <termios.h>

#define SHOWN_MAX 262144

static char shown[SHOWN_MAX];
static size_t n_shown, seen;
static int master = -1;
static pid_t child;
static double deadline;
static const char *doing = "start";

static _Noreturn void end(int status)
{
	size_t i;

	for (i = 0; i < n_shown; i++)
		if (shown[i] != '\r')
			putchar(shown[i]);
	if (status == 124)
		fprintf(stderr, "term: %s: too late\n", doing);
	exit(status);
}

/* Reads what comes within ms. 0: the terminal has no other side any more. */
static int listen_for(int ms)
{
	struct pollfd p = {master, POLLIN, 0};
	ssize_t n;

	if (now() > deadline) {
		kill_below();
		end(124);
	}
	if (master < 0 || poll(&p, 1, ms) <= 0) {
		if (master < 0)
			usleep((useconds_t)ms * 1000);
		return 1;
	}
	n = read(master, shown + n_shown, sizeof(shown) - n_shown - 1);
	n_shown += n > 0 ? (size_t)n : 0;
	return n > 0;
}

/* \r, \003, ... in place; the length */
static size_t unescape(char *text)
{
	static const char letters[] = "r\rn\nt\t\\\\";
	char *to = text, *from = text;

	while (*from) {
		const char *letter;

		if (*from != '\\') {
			*to++ = *from++;
			continue;
		}
		letter = from[1] ? strchr(letters, from[1]) : NULL;
		if (letter) {
			*to++ = letter[1];
			from += 2;
		} else {
			*to++ = (char)strtol(from + 1, &from, 8);
		}
	}
	*to = 0;
	return (size_t)(to - text);
}

static void wait_for(const char *text)
{
	char *at;

	while (!(at = memmem(shown + seen, n_shown - seen, text, strlen(text))))
		if (!listen_for(20) &&
		    !memmem(shown + seen, n_shown - seen, text, strlen(text))) {
			fprintf(stderr, "term: %s: the end came first\n",
				doing);
			kill_below();
			end(124);
		}
	seen = (size_t)(at - shown) + strlen(text);
}

static void type(char *text)
{
	size_t n = unescape(text), done = 0;

	while (done < n) {
		ssize_t more = write(master, text + done, n - done);

		if (more > 0)
			done += (size_t)more;
		else
			listen_for(5);
	}
}

static void resize(const char *word)
{
	struct winsize size = {.ws_row = 24};

	sscanf(word, "%hux%hu", &size.ws_row, &size.ws_col);
	ioctl(master, TIOCSWINSZ, &size);
}

static void step(char *line)
{
	char *arg = strchr(line, ' ');

	doing = line;
	if (!*line || *line == '#')
		return;
	arg = arg ? arg + 1 : line + strlen(line);
	if (!strncmp(line, "send ", 5))
		type(strdup(arg));
	else if (!strncmp(line, "wait ", 5))
		wait_for(arg);
	else if (!strncmp(line, "size ", 5))
		resize(arg);
	else if (!strncmp(line, "kill ", 5))
		kill(child, signal_number(arg));
	else if (!strncmp(line, "sleep ", 6))
		usleep((useconds_t)atoi(arg) * 1000);
	else if (!strcmp(line, "hangup"))
		close(master), master = -1;
	else
		fprintf(stderr, "term: %s: what is that?\n", line), exit(125);
}

static _Noreturn void become(char **argv, const char *slave)
{
	int fd;

	setsid();
	fd = open(slave, O_RDWR);
	if (fd < 0 || ioctl(fd, TIOCSCTTY, 0))
		_exit(125);
	dup2(fd, 0), dup2(fd, 1), dup2(fd, 2);
	for (fd = 3; fd < 1024; fd++)
		fcntl(fd, F_SETFD, FD_CLOEXEC);
	plain_signals();
	execvp(*argv, argv);
	_exit(errno == ENOENT ? 127 : 126);
}

int main(int argc, char **argv)
{
	const char *size = "24x80";
	char line[4096], slave[64];
	int opt, status, keep, ready[2];

	deadline = now() + 20;
	while ((opt = getopt(argc, argv, "+t:s:")) > 0)
		if (opt == 't')
			deadline = now() + atof(optarg);
		else if (opt == 's')
			size = optarg;
		else
			return 125;
	prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L);
	master = posix_openpt(O_RDWR | O_NOCTTY | O_CLOEXEC | O_NONBLOCK);
	if (master < 0 || unlockpt(master) ||
	    ptsname_r(master, slave, sizeof(slave)) || !argv[optind]) {
		perror("term");
		return 125;
	}
	resize(size);
	keep = open(slave, O_RDWR | O_NOCTTY | O_CLOEXEC); /* no EIO early */
	if (pipe2(ready, O_CLOEXEC))
		return 125;
	child = fork();
	if (!child)
		become(argv + optind, slave);
	/* A key before that has no process to go to: until the exec. */
	close(ready[1]);
	while (read(ready[0], line, 1) < 0 && errno == EINTR)
		;
	while (fgets(line, sizeof(line), stdin)) {
		line[strcspn(line, "\n")] = 0;
		step(strdup(line));
	}
	doing = "end";
	while (waitpid(child, &status, WNOHANG) != child)
		listen_for(5);
	close(keep);
	while (master >= 0 && listen_for(0) && now() < deadline) {
		struct pollfd p = {master, POLLIN, 0};

		if (poll(&p, 1, 10) <= 0)
			break;
	}
	end(shell_status(status));
}
