/* helper.h - what two of the test helpers need */
/* SPDX-License-Identifier: 0BSD */
#ifndef HELPER_H
#define HELPER_H

#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* The kernel's own struct: libc's calls leave out signals 32 to 34. */
struct kernel_action {
	void (*handler)(int);
	unsigned long flags;
	void (*restorer)(void);
	unsigned long mask[2];
};

/* TERM, SIGTERM or 15; -1 when it is none. */
static inline int signal_number(const char *word)
{
	static const struct {
		const char *name;
		int number;
	} table[] = {
		{"HUP", SIGHUP},     {"INT", SIGINT},	{"QUIT", SIGQUIT},
		{"KILL", SIGKILL},   {"USR1", SIGUSR1}, {"USR2", SIGUSR2},
		{"PIPE", SIGPIPE},   {"ALRM", SIGALRM}, {"TERM", SIGTERM},
		{"CHLD", SIGCHLD},   {"CONT", SIGCONT}, {"STOP", SIGSTOP},
		{"TSTP", SIGTSTP},   {"TTIN", SIGTTIN}, {"TTOU", SIGTTOU},
		{"WINCH", SIGWINCH},
	};
	unsigned i;

	if (isdigit((unsigned char)*word))
		return atoi(word) <= 64 ? atoi(word) : -1;
	if (!strncasecmp(word, "SIG", 3))
		word += 3;
	for (i = 0; i < sizeof(table) / sizeof(*table); i++)
		if (!strcasecmp(word, table[i].name))
			return table[i].number;
	return -1;
}

static inline void set_mask(int how, unsigned long long bits)
{
	syscall(SYS_rt_sigprocmask, (long)how, &bits, NULL, 8L);
}

static inline void set_action(int sig, void (*handler)(int))
{
	struct kernel_action action;

	memset(&action, 0, sizeof(action));
	action.handler = handler;
	syscall(SYS_rt_sigaction, (long)sig, &action, NULL, 8L);
}

/* What a program should start with, whatever a shell's `&` or nohup left. */
static inline void plain_signals(void)
{
	int sig;

	for (sig = 1; sig <= 64; sig++)
		set_action(sig, SIG_DFL);
	set_mask(SIG_SETMASK, 0);
}

/* A child's start: a session of its own, an empty stdin. */
static inline void leave_caller(void)
{
	int null = open("/dev/null", O_RDONLY | O_CLOEXEC);

	if (null >= 0)
		dup2(null, 0);
	setsid();
	plain_signals();
}

static inline double now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

/* Waits for one of the signals of set, at most that long; 0 if none came. */
static inline int await_signal(const sigset_t *set, double seconds)
{
	struct timespec t;
	int sig;

	if (seconds < 0)
		seconds = 0;
	t.tv_sec = (time_t)seconds;
	t.tv_nsec = (long)((seconds - (double)t.tv_sec) * 1e9);
	sig = sigtimedwait(set, NULL, &t);
	return sig > 0 ? sig : 0;
}

/* As a shell's $? */
static inline int shell_status(int status)
{
	return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

/*
 * Calls act for every process below this one, the dead included, and returns
 * how many. A child subreaper's tree is all that it ever started.
 */
static inline int each_below(void (*act)(int pid, char state))
{
	static struct {
		int pid, parent, below;
		char state;
	} all[32768];
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int n = 0, found = 0, i, j, again = 1;

	while (proc && n < 32768 && (entry = readdir(proc))) {
		char path[64], text[512], *end;
		int pid = atoi(entry->d_name), fd;
		ssize_t got;

		snprintf(path, sizeof(path), "/proc/%d/stat", pid);
		fd = pid > 0 ? open(path, O_RDONLY | O_CLOEXEC) : -1;
		if (fd < 0)
			continue;
		got = read(fd, text, sizeof(text) - 1);
		close(fd);
		text[got > 0 ? got : 0] = 0;
		end = strrchr(text, ')'); /* the name may hold anything */
		if (!end ||
		    sscanf(end, ") %c %d", &all[n].state, &all[n].parent) != 2)
			continue;
		all[n].below = 0;
		all[n++].pid = pid;
	}
	if (proc)
		closedir(proc);
	while (again)
		for (again = 0, i = 0; i < n; i++) {
			int parent = all[i].parent, below = all[i].below;

			for (j = 0; j < n && !below; j++)
				below = parent == getpid() ||
					(all[j].pid == parent && all[j].below);
			again |= below != all[i].below;
			all[i].below = below;
		}
	for (i = 0; i < n; i++)
		if (all[i].below) {
			act(all[i].pid, all[i].state);
			found++;
		}
	return found;
}

static inline void kill_one(int pid, char state)
{
	(void)state;
	kill(pid, SIGKILL);
}

/* Kills and reaps all below, whatever they start meanwhile; -1 if some stay. */
static inline int kill_below(void)
{
	double end = now() + 5;

	while (now() < end) {
		pid_t pid;

		each_below(kill_one);
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			continue;
		if (pid < 0)
			return 0;
		usleep(2000);
	}
	return -1;
}

#endif
