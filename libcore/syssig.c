/* syssig.c - system calls of signals and the clock (sys.h)
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include "sys.h"

#define SIGSET_BYTES 8L

int sys_sigmask(int how, const sys_sigset *set, sys_sigset *old)
{
	return syscall(SYS_rt_sigprocmask, (long)how, set, old, SIGSET_BYTES);
}

int sys_signalfd(int fd, sys_sigset set)
{
	return syscall(SYS_signalfd4, (long)fd, &set, SIGSET_BYTES,
		       (long)(O_CLOEXEC | O_NONBLOCK));
}

int sys_sigqueue(pid_t pid, int sig, int value)
{
	siginfo_t info = {.si_signo = sig, .si_code = SI_QUEUE};

	info.si_pid = getpid();
	info.si_value.sival_int = value;
	return syscall(SYS_rt_sigqueueinfo, (long)pid, (long)sig, &info);
}

void sys_halve_queue(void)
{
	struct rlimit r;

	if (prlimit(0, RLIMIT_SIGPENDING, NULL, &r))
		return;
	r.rlim_cur /= 2;
	prlimit(0, RLIMIT_SIGPENDING, &r, NULL);
}

int sys_sigwait(sys_sigset set, int ms)
{
	/* struct timespec of this call: two longs */
	const long time[2] = {ms / 1000, ms % 1000 * 1000000L};

	return syscall(SYS_rt_sigtimedwait, &set, NULL, ms < 0 ? NULL : time,
		       SIGSET_BYTES);
}

/* struct sigaction of the kernel: only what comes first matters here */
union action {
	void (*handler)(int);
	char bytes[64];
#ifdef __mips__
	struct {
		unsigned int flags;
		void (*handler)(int);
	} mips;
#define handler mips.handler
#endif
};

static int set_action(int sig, const union action *new)
{
	union action was = {.bytes = {0}};

	if (syscall(SYS_rt_sigaction, (long)sig, new, &was, SIGSET_BYTES))
		return -1;
	return was.handler == SIG_IGN;
}

int sys_ignores(int sig)
{
	return set_action(sig, NULL) > 0;
}

int sys_ignore(int sig, int ignore)
{
	union action new = {.bytes = {0}};

	new.handler = ignore ? SIG_IGN : SIG_DFL;
	return set_action(sig, &new);
}

int64_t sys_now(void)
{
	long t[2] = {0}; /* struct timespec of this call */

	syscall(SYS_clock_gettime, (long)CLOCK_MONOTONIC, t);
	return t[0] * 1000LL + t[1] / 1000000 + 1;
}

int sys_getcwd(char *buf, size_t size)
{
	if (syscall(SYS_getcwd, buf, size) < 0)
		return -1;
	errno = ENOENT; /* "(unreachable)/..." is no path, either */
	return *buf == '/' ? 0 : -1;
}
