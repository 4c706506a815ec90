/* storm.c - start a command many times, signal it at a random moment */
/* SPDX-License-Identifier: 0BSD */
/*
 * storm [-n RUNS] [-s SIGNAL] [-w MAXUSEC] [-e STATUS]... [-r SEED] [-j JOBS]
 *       [-H] [-C] CMD...
 *
 * RUNS (100) times: start CMD in a session of its own (stdin /dev/null; -H:
 * HUP ignored, -C: SIGCHLD ignored), wait 0 to MAXUSEC (3000) microseconds,
 * send SIGNAL (TERM), wait for the end. Counted are
 *     wrong    a status that is not STATUS (128 + SIGNAL; several -e: any)
 *     hangs    no end within 5 seconds
 *     strays   processes that outlive CMD by more than a second
 *     zombies  processes that CMD ended without waiting for: they fell to us
 *              and died there (not counted with KILL: nobody can wait then)
 * One line of totals; status 0 only if all four are 0.
 */
#include "helper.h"

#include <stdint.h>
#include <sys/mman.h>
#include <sys/prctl.h>

static struct totals {
	int runs, wrong, hangs, strays, zombies, told;
} * totals; /* shared by the jobs */

static int sig = SIGTERM, expected[8], nexpected;
static long option[128] = {['n'] = 100, ['w'] = 3000, ['j'] = 1};
static sigset_t chld;

static uint64_t next_random(uint64_t *state)
{
	uint64_t z = (*state += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

/* A sleep is 50 us late at best: the short ones are spun. */
static void pause_for(long usec)
{
	double end = now() + (double)usec / 1e6;

	if (usec > 300)
		usleep((useconds_t)usec - 100);
	while (now() < end)
		continue;
}

static _Noreturn void execute(char **argv)
{
	leave_caller();
	if (option['H'])
		set_action(SIGHUP, SIG_IGN);
	if (option['C'])
		set_action(SIGCHLD, SIG_IGN);
	execvp(*argv, argv);
	_exit(127);
}

static void add(int *total, int n)
{
	__atomic_add_fetch(total, n, __ATOMIC_RELAXED);
}

static void tell(int run, long usec, const char *what, int n)
{
	if (__atomic_add_fetch(&totals->told, 1, __ATOMIC_RELAXED) <= 10)
		fprintf(stderr, "storm: run %d, signal after %ld us: %s %d\n",
			run, usec, what, n);
}

static void ignore_one(int pid, char state)
{
	(void)pid;
	(void)state;
}

static void once(int run, long usec, char **argv)
{
	int status = -1, one, i, good = 0, fallen = 0;
	double end;
	pid_t child = fork(), pid;

	if (!child)
		execute(argv);
	add(&totals->runs, 1);
	pause_for(usec);
	kill(child, sig);
	end = now() + 5;
	while ((pid = waitpid(-1, &one, WNOHANG)) >= 0) {
		if (pid == child) {
			status = shell_status(one);
			end = now() + 1;
		} else if (pid > 0) {
			fallen++;
		} else if (now() < end) {
			await_signal(&chld, end - now());
		} else {
			break;
		}
	}
	if (pid == 0 && status < 0) {
		add(&totals->hangs, 1);
		tell(run, usec, "hangs, pid", child);
	} else if (pid == 0) {
		i = each_below(ignore_one);
		add(&totals->strays, i);
		tell(run, usec, "strays:", i);
	}
	kill_below();
	if (fallen && sig != SIGKILL) {
		add(&totals->zombies, fallen);
		tell(run, usec, "not waited for:", fallen);
	}
	for (i = 0; i < nexpected; i++)
		good |= status == expected[i];
	if (status >= 0 && !good) {
		add(&totals->wrong, 1);
		tell(run, usec, "status", status);
	}
}

/* The share of one job: every -j'th run, each with a moment of its own. */
static _Noreturn void work(int job, uint64_t seed, char **argv)
{
	uint64_t state;
	long run;

	prctl(PR_SET_PDEATHSIG, (long)SIGKILL);
	prctl(PR_SET_CHILD_SUBREAPER, 1L);
	for (run = job; run < option['n']; run += option['j']) {
		state = seed + (uint64_t)run * 7919;
		state = next_random(&state) % (uint64_t)(option['w'] + 1);
		once((int)run, (long)state, argv);
	}
	_exit(0);
}

int main(int argc, char **argv)
{
	uint64_t seed = (uint64_t)time(NULL) << 16 ^ (uint64_t)getpid();
	int opt, job;

	while ((opt = getopt(argc, argv, "+n:s:w:e:r:j:HC")) > 0)
		if (opt == '?')
			return 125;
		else if (opt == 's')
			sig = signal_number(optarg);
		else if (opt == 'e')
			expected[nexpected++ % 8] = atoi(optarg);
		else if (opt == 'r')
			seed = strtoull(optarg, NULL, 0);
		else
			option[opt] = optarg ? atol(optarg) : 1;
	if (optind == argc || sig < 0 || nexpected > 8)
		return 125;
	if (!nexpected)
		expected[nexpected++] = 128 + sig;
	totals = mmap(NULL, sizeof(*totals), PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (totals == MAP_FAILED)
		return 125;
	plain_signals();
	sigemptyset(&chld);
	sigaddset(&chld, SIGCHLD);
	sigprocmask(SIG_BLOCK, &chld, NULL);
	for (job = 0; job < option['j']; job++)
		if (!fork())
			work(job, seed, argv + optind);
	while (wait(NULL) > 0)
		continue;
	printf("runs=%d signal=%d seed=%llu wrong=%d hangs=%d strays=%d "
	       "zombies=%d\n",
	       totals->runs, sig, (unsigned long long)seed, totals->wrong,
	       totals->hangs, totals->strays, totals->zombies);
	return totals->runs != option['n'] || totals->wrong || totals->hangs ||
	       totals->strays || totals->zombies;
}
