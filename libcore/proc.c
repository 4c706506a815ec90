/* proc.c - fork in two; stay, forward and reap
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: all signals were blocked before the first step acted
 * (chain), so none is lost over a fork. The parent reads them from a signalfd
 * and sends each on; what the child cannot take yet stays pending in it until
 * nsinit, or the program, unblocks it. A PID 1 without a handler would never
 * see it: there KILL takes its place, and the parent ends as if the signal had
 * done it.
 */
#include "proc.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cap.h"
#include "chain.h"
#include "err.h"
#include "fmt.h"
#include "ns.h"
#include "sys.h"
#include "why.h"

#define CAPABILITY_KILL 5 /* CAP_KILL of capabilities(7) */
#define KILL_AFTER_MS	1000

int proc_fork(struct stay *s, int kinds, int init, int keep)
{
	char why[WHY_SIZE], names[NS_NAMES];
	int pair[2];

	*s = (struct stay){.init = init};
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		die("make a socket pair: %m");
	s->child = sys_clone(kinds);
	if (s->child < 0)
		die("clone '%s': %m%s", ns_names(names, kinds),
		    why_namespaces(why, kinds));
	if (s->child) {
		close(pair[1]);
		s->hello = pair[0];
		return 0;
	}
	close(pair[0]);
	if (chain_hello(pair[1]))
		die("too many steps that wait in one sentence");
	if (chain_die_with_parent(keep))
		die("die with the parent: %m");
	return 1;
}

void proc_await(void)
{
	if (chain_await())
		_exit(STATUS_FAILED);
}

/* The value of `name:` in a small file of /proc, or NULL. */
static const char *field(const char *path, const char *name, char *buf,
			 size_t size)
{
	int fd = sys_open(AT_FDCWD, path, O_RDONLY, 0);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, size - 1);
	const char *at;

	if (fd >= 0)
		close(fd);
	buf[n > 0 ? n : 0] = 0;
	at = strstr(buf, name);
	return at ? at + strlen(name) : NULL;
}

pid_t proc_number(pid_t pid)
{
	char path[48], buf[512];
	int fd = sys_pidfd_open(pid);
	const char *number;

	if (fd < 0)
		return errno == ENOSYS || errno == EPERM ? pid : -1;
	fmt_str(path, sizeof(path), "/proc/self/fdinfo/%d", fd);
	number = field(path, "\nPid:\t", buf, sizeof(buf));
	close(fd);
	if (!number)
		return -1;
	pid = strtol(number, NULL, 10);
	if (pid <= 0)
		errno = ESRCH; /* it lives outside of that procfs */
	return pid > 0 ? pid : -1;
}

/* Closes all from 3 up but the n descriptors of keep. */
static void close_others(const int *keep, int n)
{
	unsigned int fd = 3;

	for (;;) {
		unsigned int next = ~0U;

		for (int i = 0; i < n; i++)
			if ((unsigned int)keep[i] >= fd &&
			    (unsigned int)keep[i] < next)
				next = keep[i];
		if (next > fd)
			sys_close_range(fd, next == ~0U ? next : next - 1);
		if (next == ~0U)
			return;
		fd = next + 1;
	}
}

/* Leave the jail nothing to use if it got hold of this process. 0 or -1. */
static int guard(struct stay *s)
{
	int word = CHAIN_STANDS;

	s->sigfd = sys_signalfd(~0ULL);
	if (s->sigfd < 0)
		return -1;
	close_others((int[]){s->hello, s->sigfd}, 2);
	if (prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) ||
	    cap_keep_only(CAP_BIT(CAPABILITY_KILL)))
		return -1;
	return send(s->hello, &word, sizeof(word), MSG_NOSIGNAL) < 0 &&
			       errno != EPIPE
		       ? -1
		       : 0;
}

/* What the last process said so far: GO, then end-of-file, is ready. */
static int is_ready(struct stay *s)
{
	int word;
	ssize_t n;

	while ((n = recv(s->hello, &word, sizeof(word), MSG_DONTWAIT)) > 0)
		s->ready |= word == CHAIN_GO;
	return s->ready && !n;
}

/* Would this signal end a process that has no handler for it? */
static int is_fatal(int sig)
{
	const sys_sigset harmless = SYS_SIG(SIGCHLD) | SYS_SIG(SIGCONT) |
				    SYS_SIG(SIGURG) | SYS_SIG(SIGWINCH) |
				    SYS_SIG(SIGSTOP) | SYS_SIG(SIGTSTP) |
				    SYS_SIG(SIGTTIN) | SYS_SIG(SIGTTOU);
	struct sigaction action;

	if ((harmless | chain_caller_mask()) & SYS_SIG(sig))
		return 0;
	/* Signals that are blocked and ignored are queued all the same. */
	if (!sigaction(sig, NULL, &action) && action.sa_handler == SIG_IGN)
		return 0;
	return 1;
}

/* Does the child, a PID 1, handle the signal? -1: it cannot be told. */
static int handles(pid_t child, int sig)
{
	char path[48], buf[4096];
	pid_t pid = proc_number(child);
	sys_sigset set = 0;

	if (pid < 0)
		return -1;
	fmt_str(path, sizeof(path), "/proc/%d/status", pid);
	for (const char **name =
		     (const char *[]){"\nSigBlk:\t", "\nSigCgt:\t", NULL};
	     *name; name++) {
		const char *value = field(path, *name, buf, sizeof(buf));

		if (!value)
			return -1;
		set |= strtoull(value, NULL, 16);
	}
	return !!(set & SYS_SIG(sig));
}

static void forward(struct stay *s, const struct signalfd_siginfo *info)
{
	int sig = info->ssi_signo, can = 1;

	if (s->init && is_fatal(sig))
		can = is_ready(s) ? handles(s->child, sig) : 0;
	if (!can) {
		s->fatal = sig;
		kill(s->child, SIGKILL);
		return;
	}
	if (can < 0)
		s->due = sig;
	/* The terminal's own signals reach the whole group. */
	if (info->ssi_code != SI_KERNEL)
		kill(s->child, sig);
}

/* Reaps what can be reaped. True if the child was among it. */
static int reap(struct stay *s)
{
	int status, ended = 0;
	pid_t pid;

	while ((pid = waitpid(-1, &status, WNOHANG)) != 0) {
		if (pid < 0 && errno == EINTR)
			continue;
		if (pid < 0)
			return 1; /* ECHILD */
		if (pid != s->child)
			continue;
		ended = 1;
		s->killed = WIFSIGNALED(status) ? WTERMSIG(status) : 0;
		s->status = s->killed ? STATUS_SIGNAL + s->killed
				      : WEXITSTATUS(status);
	}
	return ended;
}

static void wait_for_end(struct stay *s)
{
	struct pollfd signals = {.fd = s->sigfd, .events = POLLIN};
	struct signalfd_siginfo info;

	for (;;) {
		if (!poll(&signals, 1, s->due ? KILL_AFTER_MS : -1)) {
			s->fatal = s->due;
			s->due = 0;
			kill(s->child, SIGKILL);
		}
		while (read(s->sigfd, &info, sizeof(info)) == sizeof(info))
			if (info.ssi_signo != SIGCHLD)
				forward(s, &info);
			else if (reap(s))
				return;
	}
}

void proc_stay(struct stay *s)
{
	if (guard(s)) {
		complain("wait for the jail: %m");
		proc_refuse(s);
	}
	wait_for_end(s);
	is_ready(s);
	if (s->killed == SIGKILL && s->fatal)
		_exit(STATUS_SIGNAL + s->fatal);
	if (s->killed && !s->ready)
		die("process %d was killed by signal %d before the program ran",
		    s->child, s->killed);
	_exit(s->status);
}

void proc_refuse(struct stay *s)
{
	/* What the child left behind falls to us: no zombie for the host. */
	prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
	close(s->hello);
	kill(s->child, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
	_exit(STATUS_FAILED);
}
