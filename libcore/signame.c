/* signame.c - signals by name
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "signame.h"

#include <signal.h>
#include <stdint.h>
#include <string.h>

#include "num.h"

#define RT_MIN 34 /* what libc leaves of the kernel's 32 to 64 */
#define RT_MAX 64

static const struct {
	char name[8];
	signed char number, direction;
} signals[] = {
	{"HUP", SIGHUP, 0},	  {"INT", SIGINT, 0},	{"QUIT", SIGQUIT, 0},
	{"ILL", SIGILL, 0},	  {"TRAP", SIGTRAP, 0}, {"ABRT", SIGABRT, 0},
	{"BUS", SIGBUS, 0},	  {"FPE", SIGFPE, 0},	{"KILL", SIGKILL, 0},
	{"USR1", SIGUSR1, 0},	  {"SEGV", SIGSEGV, 0}, {"USR2", SIGUSR2, 0},
	{"PIPE", SIGPIPE, 0},	  {"ALRM", SIGALRM, 0}, {"TERM", SIGTERM, 0},
	{"CHLD", SIGCHLD, 0},	  {"CONT", SIGCONT, 0}, {"STOP", SIGSTOP, 0},
	{"TSTP", SIGTSTP, 0},	  {"TTIN", SIGTTIN, 0}, {"TTOU", SIGTTOU, 0},
	{"URG", SIGURG, 0},	  {"XCPU", SIGXCPU, 0}, {"XFSZ", SIGXFSZ, 0},
	{"VTALRM", SIGVTALRM, 0}, {"PROF", SIGPROF, 0}, {"WINCH", SIGWINCH, 0},
	{"IO", SIGIO, 0},	  {"POLL", SIGIO, 0},	{"PWR", SIGPWR, 0},
	{"SYS", SIGSYS, 0},	  {"RTMIN", RT_MIN, 1}, {"RTMAX", RT_MAX, -1},
};

/* What follows RTMIN or RTMAX: nothing, or +N or -N */
static int real_time(const char *rest, int number, int direction)
{
	uint32_t n;

	if (!*rest)
		return number;
	if (*rest++ != (direction > 0 ? '+' : '-') ||
	    num_take32(&rest, 0, &n) || n > RT_MAX - RT_MIN)
		return 0;
	return number + direction * (int)n;
}

/* Does word begin with the name, in any case of letters? */
static int begins(const char *word, const char *name)
{
	while (*name && (*name < 'A' ? *word : *word & ~' ') == *name)
		word++, name++;
	return !*name;
}

int signame_parse(const char *word)
{
	uint32_t n;
	const char *number = word;

	if (!num_take32(&number, 0, &n))
		return n <= RT_MAX ? (int)n : 0;
	if (begins(word, "SIG"))
		word += 3;
	for (unsigned int i = 0; i < sizeof(signals) / sizeof(*signals); i++) {
		size_t length = strlen(signals[i].name);

		if (!begins(word, signals[i].name))
			continue;
		if (signals[i].direction)
			return real_time(word + length, signals[i].number,
					 signals[i].direction);
		if (!word[length])
			return signals[i].number;
	}
	return 0;
}
