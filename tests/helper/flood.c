/* flood.c - a program that floods the init above it */
/* SPDX-License-Identifier: 0BSD */
/*
 * flood [-n SIGNALS] [-c CHILDREN]
 *
 * Sends SIGNALS to PID 1, of all numbers but KILL, STOP and CHLD, the real-time
 * ones by sigqueue(3) with a value of their own, while CHILDREN orphans come and
 * go, and takes what comes back. When all has come that was accepted, each of the
 * standard signals is sent once more. One line:
 *
 *     accepted N       by sigqueue
 *     lost N           of those: they did not come back
 *     odd N            came twice, or with another number or value
 *     late N           standard signals that did not come after the storm
 *     left 0 or 1      somebody else is left in this pid namespace
 *
 * flood -z ZOMBIES: orphans in bursts of 1000 that die at once. Prints
 * "zombies N left 0|1 us N": the CPU time of PID 1 (proc has to be mounted).
 *
 * flood -b: queues to PID 1 what this process, that has it blocked, can never
 * take, until nothing more is accepted, and sleeps.
 */
#include "helper.h"

#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#define RT  32
#define ALL (~0ULL)

static unsigned char *sent, *came; /* by value: the number of the signal */
static long n_signals = 1000000, n_children = 10000;

static int queue(int sig, int value)
{
	siginfo_t info;

	memset(&info, 0, sizeof(info));
	info.si_signo = sig;
	info.si_code = SI_QUEUE;
	info.si_pid = getpid();
	info.si_value.sival_int = value;
	return (int)syscall(SYS_rt_sigqueueinfo, 1L, (long)sig, &info);
}

/* One signal within ms, 0: none */
static int take(int ms, siginfo_t *info)
{
	struct timespec t = {ms / 1000, ms % 1000 * 1000000L};
	unsigned long long all = ALL;
	long sig = syscall(SYS_rt_sigtimedwait, &all, info, &t, 8L);

	return sig > 0 ? (int)sig : 0;
}

static _Noreturn void send_all(void)
{
	int sig = 0;

	for (long i = 0; i < n_signals; i++) {
		do
			sig = sig % 64 + 1;
		while (sig == SIGKILL || sig == SIGSTOP || sig == SIGCHLD);
		if (sig < RT) {
			kill(1, sig);
			continue;
		}
		while (queue(sig, (int)i))
			if (errno != EAGAIN)
				_exit(1);
			else
				usleep(200);
		sent[i] = (unsigned char)sig;
	}
	_exit(0);
}

/* Each is orphaned at once, and dies at once. */
static _Noreturn void orphan_all(void)
{
	for (long i = 0; i < n_children; i++) {
		pid_t pid = fork();

		if (!pid)
			_exit(fork() < 0);
		if (pid < 0 || waitpid(pid, NULL, 0) < 0)
			i--;
	}
	_exit(0);
}

static int anybody(void)
{
	for (int i = 0; i < 200; i++) {
		if (kill(-1, 0) && errno == ESRCH)
			return 0;
		usleep(10000);
	}
	return 1;
}

static int flood(void)
{
	long accepted = 0, lost = 0, odd = 0, late = 0;
	pid_t senders[2];
	int running = 2, sig, quiet = 0;
	siginfo_t info;

	senders[0] = fork();
	if (!senders[0])
		send_all();
	senders[1] = fork();
	if (!senders[1])
		orphan_all();
	while (running || quiet < 3) {
		pid_t pid;

		sig = take(500, &info);
		quiet = sig ? 0 : quiet + 1;
		while ((pid = waitpid(-1, NULL, WNOHANG)) > 0)
			running--;
		if (sig < RT)
			continue;
		if (info.si_code != SI_QUEUE || info.si_value.sival_int < 0 ||
		    info.si_value.sival_int >= n_signals ||
		    came[info.si_value.sival_int])
			odd++;
		else
			came[info.si_value.sival_int] = (unsigned char)sig;
	}
	for (long i = 0; i < n_signals; i++) {
		accepted += !!sent[i];
		lost += sent[i] && !came[i];
		odd += came[i] && came[i] != sent[i];
	}
	for (int i = 1; i < RT; i++) {
		if (i == SIGKILL || i == SIGSTOP || i == SIGCHLD)
			continue;
		kill(1, i);
		late += take(2000, &info) != i;
	}
	sig = anybody();
	printf("accepted %ld lost %ld odd %ld late %ld left %d\n", accepted,
	       lost, odd, late, sig);
	return lost || odd || late || sig;
}

static long cpu_of_init(void)
{
	FILE *f = fopen("/proc/1/schedstat", "re");
	unsigned long long ns = 0;

	if (!f || fscanf(f, "%llu", &ns) != 1)
		exit(125);
	fclose(f);
	return (long)(ns / 1000);
}

static int burst(int n)
{
	int gate[2];
	char c;
	pid_t pid;

	if (pipe(gate))
		return -1;
	pid = fork();
	if (!pid) {
		close(gate[1]);
		for (int i = 0; i < n; i++)
			if (!fork())
				_exit((int)read(gate[0], &c, 1));
		_exit(0);
	}
	close(gate[0]);
	waitpid(pid, NULL, 0);
	close(gate[1]);
	return 0;
}

static int zombies(long n)
{
	long before = cpu_of_init();
	int left;

	for (long i = 0; i < n; i += 1000) {
		if (burst(1000))
			return 125;
		if (i % 5000 == 0)
			anybody();
	}
	left = anybody();
	printf("zombies %ld left %d us %ld\n", n, left, cpu_of_init() - before);
	return left;
}

static _Noreturn void block(void)
{
	int tries = 0;

	/* What PID 1 took meanwhile is pending here. */
	while (tries < 100)
		if (queue(40, 7)) {
			tries++;
			usleep(1000);
		}
	printf("full\n");
	fflush(stdout);
	for (;;)
		pause();
}

int main(int argc, char **argv)
{
	int opt;

	while ((opt = getopt(argc, argv, "n:c:z:b")) > 0)
		if (opt == 'n')
			n_signals = atol(optarg);
		else if (opt == 'c')
			n_children = atol(optarg);
		else if (opt == 'z')
			return zombies(atol(optarg));
		else if (opt == 'b')
			set_mask(SIG_SETMASK, 1ULL << 39);
		else
			return 125;
	if (opt < 0 && argc > 1 && !strcmp(argv[1], "-b"))
		block();
	set_mask(SIG_SETMASK, ALL);
	sent = mmap(NULL, (size_t)n_signals, PROT_READ | PROT_WRITE,
		    MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	came = calloc((size_t)n_signals, 1);
	return sent == MAP_FAILED || !came ? 125 : flood();
}
