/* inject.c - every fault at every system call of a sentence, and its judge */
/* SPDX-License-Identifier: 0BSD */
/*
 * Theory of operation. main makes namespaces for the whole (pids, so that
 * whatever is left can be killed; a net namespace without other sockets) and
 * forks their init. That forks once per run: the runner gets mount, uts and
 * ipc namespaces of its own, with every mount shared, so that a leak of the
 * sentence shows and harms nobody; it reads the host, traces the command
 * (trace.c), reads the host again and leaves all in shared memory. The init
 * judges, prints, and kills what outlived the runner.
 */
#include <errno.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "host.h"
#include "judge.h"
#include "options.h"
#include "trace.h"

#define MAX_TRIES (MAX_PLACES * 8)

struct shared {
	int done;
	char left[1024];
	struct run run;
};

struct
try {
	const struct place *place;
	int err; /* 0: SIGKILL */
};

static struct shared *shared;
static struct run ref;
static struct try tries[MAX_TRIES];

static void die(const char *what)
{
	fprintf(stderr, "inject: %s: %s\n", what, strerror(errno));
	exit(125);
}

/* What the payload compares with: our namespaces, our session keyring. */
static void tell_launcher(void)
{
	static const char *const kinds[] = {"cgroup", "ipc",  "mnt",  "net",
					    "pid",    "time", "user", "uts"};
	char path[32], link[64], text[512];
	size_t i, used = 0;
	ssize_t n;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
		n = readlink(path, link, sizeof link - 1);
		link[n < 0 ? 0 : n] = '\0';
		used += snprintf(text + used, sizeof text - used, "%s ", link);
	}
	snprintf(text + used, sizeof text - used, "key:%ld",
		 syscall(SYS_keyctl, 0L, -3L, 0L, 0L, 0L));
	setenv("FAULTS_LAUNCHER", text, 1);
}

/* What a run has left among the files shall not be told of the next one. */
static void sweep(const struct host *was, const struct host *is)
{
	char path[4096], line[4200];
	const char *p = is->text;

	for (; (p = strstr(p, "\nfile ")); p++) {
		if (sscanf(p, "\nfile %4095s", path) != 1)
			continue;
		snprintf(line, sizeof line, "\nfile %s ", path);
		if (!strstr(was->text, line))
			unlink(path);
	}
}

static void runner(const struct fault *fault)
{
	static struct host was, is;
	int i;

	if (prctl(PR_SET_CHILD_SUBREAPER, 1L, 0L, 0L, 0L) ||
	    unshare(CLONE_NEWNS | CLONE_NEWUTS | CLONE_NEWIPC) ||
	    mount(NULL, "/", NULL, MS_REC | MS_SHARED, NULL))
		die("unshare");
	tell_launcher();
	host_read(&was, opt.watch);
	if (trace_run(&opt.cmd, fault, &shared->run))
		die("trace");
	shared->left[0] = '\0';
	for (i = 0; i < 100; i++) {
		host_read(&is, opt.watch);
		host_diff(&was, &is, shared->left, sizeof shared->left);
		if (!*shared->left)
			break;
		usleep(10000);
	}
	if (*shared->left)
		sweep(&was, &is);
	shared->done = 1;
	_exit(0);
}

static void on_alarm(int sig)
{
	(void)sig;
}

/* One run in a runner; 0: it is in `shared`, -1: the runner itself failed. */
static int one_run(const struct fault *fault)
{
	struct sigaction sa = {.sa_handler = on_alarm};
	struct itimerval late = {{1, 0}, {opt.cmd.deadline / 1000 + 5, 0}};
	pid_t pid;

	shared->done = 0;
	fflush(NULL);
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		runner(fault);
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &late, NULL);
	while (waitpid(pid, NULL, __WALL) != pid)
		kill(pid, SIGKILL);
	late.it_value.tv_sec = 0;
	setitimer(ITIMER_REAL, &late, NULL);
	/* Only what a bug of the harness has left. */
	while (waitpid(-1, NULL, __WALL | WNOHANG) >= 0) {
		kill(-1, SIGKILL);
		usleep(1000);
	}
	return shared->done ? 0 : -1;
}

static int wanted(const struct place *p, int err)
{
	if (opt.proc && strcmp(opt.proc, p->proc))
		return 0;
	if (opt.call >= 0 && opt.call != p->call)
		return 0;
	return opt.err < 0 || opt.err == err;
}

static int all_tries(void)
{
	const struct place *p;
	const int *e;
	int n = 0;

	for (p = ref.places; p < ref.places + ref.n_places; p++) {
		for (e = call_errnos(p->nr, p->flags); *e; e++)
			if (wanted(p, *e) && n < MAX_TRIES)
				tries[n++] = (struct try){p, *e};
		/* An error that the table does not have for this call. */
		if (opt.err > 0 && opt.call > 0 && wanted(p, opt.err) && !n)
			tries[n++] = (struct try){p, opt.err};
		if (wanted(p, 0) && n < MAX_TRIES)
			tries[n++] = (struct try){p, 0};
	}
	return n;
}

/* Leaves `opt.sample` of n tries, in their order, the same every time. */
static int choose(int n)
{
	unsigned long long r = opt.seed;
	int want = opt.sample, i, kept = 0;

	for (i = 0; i < n; i++) {
		r = r * 6364136223846793005ULL + 1442695040888963407ULL;
		if ((int)((r >> 33) % (unsigned)(n - i)) < want - kept)
			tries[kept++] = tries[i];
	}
	return kept;
}

/* How to see this fault alone. */
static void print_command(const struct try *t)
{
	char **arg;

	printf("\t%s -p %s -c %d ", opt.again ? opt.again : "inject",
	       t->place->proc, t->place->call);
	if (t->err)
		printf("-e %s", errno_name(t->err));
	else
		printf("-k");
	if (!opt.again) {
		printf(" ... --");
		for (arg = opt.cmd.argv; *arg; arg++)
			printf(" %s", *arg);
	}
	putchar('\n');
}

static void print_place(const struct place *p)
{
	printf("%s %d %s", p->proc, p->call, call_name(p->nr));
	if (*p->object)
		printf(" '%s'", p->object);
}

static void print_outcome(const struct try *t, const struct judgement *j)
{
	int v;

	print_place(t->place);
	printf(" %s: status %d", t->err ? errno_name(t->err) : "KILL",
	       shared->run.status);
	for (v = 0; v < N_VERDICTS; v++)
		if (j->found[v])
			printf("; %s: %s", verdict_names[v], j->why[v]);
	putchar('\n');
	if (*shared->run.err)
		printf("\tstderr: %.*s\n", (int)strcspn(shared->run.err, "\n"),
		       shared->run.err);
}

/* The run without fault, twice: what the others are compared with. */
static int reference(void)
{
	const struct fault none = {NULL, 0, NULL};
	char diff[1024];

	if (one_run(&none)) {
		fprintf(stderr, "inject: the runner died\n");
		return -1;
	}
	ref = shared->run;
	if (opt.list)
		return 0;
	if (!ref.ran || !*ref.out || ref.hang) {
		fprintf(stderr, "inject: without a fault: %s, status %d\n%s",
			ref.hang ? "a hang" : "no program ran", ref.status,
			ref.err);
		return -1;
	}
	if (one_run(&none))
		return -1;
	text_diff(ref.out, shared->run.out, 4, diff, sizeof diff);
	if (*diff || ref.status != shared->run.status || ref.strays ||
	    *shared->left) {
		fprintf(stderr,
			"inject: two runs without a fault differ, or are not "
			"clean: %s%s%s\n",
			diff, shared->left, ref.stray);
		/* Where it is so for every run, no fault can be blamed. */
		return opt.fail < 0 ? 0 : -1;
	}
	return 0;
}

static int sends(const struct place *p)
{
	return p->nr == SYS_sendto || p->nr == SYS_sendmsg ||
	       p->nr == SYS_write;
}

/*
 * GO: the first of the last row of calls that send, of the process that then
 * runs the program. (One listener can have it before the other.)
 */
static const struct place *find_go(void)
{
	const struct place *p, *program, *go = NULL;
	int last = -1;

	for (program = ref.places; program < ref.places + ref.n_places;
	     program++)
		if (program->program)
			break;
	if (program == ref.places + ref.n_places)
		return NULL;
	for (p = ref.places; p < program; p++) {
		if (strcmp(p->proc, program->proc) || !sends(p))
			continue;
		if (last != p->call - 1)
			go = p;
		last = p->call;
	}
	return go;
}

/* Other timing, other path: a place may not be reached at once. */
static int try_run(const struct fault *fault)
{
	int i;

	for (i = 0; i < 3; i++)
		if (!one_run(fault) && shared->run.hit)
			return 0;
	return -1;
}

static int run_all(void)
{
	int total[N_VERDICTS] = {0}, n, i, v, bad, tried = 0, missed = 0;
	struct fault fault = {.go = opt.fail < 0 ? NULL : find_go()};
	struct judgement j;
	int single;

	n = all_tries();
	single = n == 1;
	if (opt.sample && opt.sample < n)
		n = choose(n);
	for (i = 0; i < n; i++) {
		fault.place = tries[i].place;
		fault.err = tries[i].err;
		if (try_run(&fault)) {
			missed++;
			if (single || opt.verbose) {
				print_place(tries[i].place);
				printf(": not reached\n");
			}
			continue;
		}
		tried++;
		judge(&opt.cmd, opt.fail, &ref, &fault, &shared->run,
		      shared->left, &j);
		bad = 0;
		for (v = 0; v < N_VERDICTS; v++) {
			total[v] += j.found[v] > 0;
			bad += j.found[v];
		}
		if (bad || opt.verbose || single)
			print_outcome(&tries[i], &j);
		if (bad && !single)
			print_command(&tries[i]);
		if (single)
			printf("--- stdout\n%s--- stderr\n%s", shared->run.out,
			       shared->run.err);
	}
	printf("faults tried %d:", tried);
	for (v = 0, bad = 0; v < N_VERDICTS; v++) {
		printf("%s %s %d", v ? "," : "", verdict_names[v], total[v]);
		bad += total[v];
	}
	putchar('\n');
	if (missed)
		printf("not reached again %d\n", missed);
	return bad ? 1 : 0;
}

/* The init of the namespaces. */
static int harness(void)
{
	const struct place *p;

	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("proc", "/proc", "proc", 0, NULL))
		die("mount proc");
	prctl(PR_SET_PDEATHSIG, (long)SIGKILL, 0L, 0L, 0L);
	if (reference())
		return 125;
	if (!opt.list)
		return run_all();
	for (p = ref.places; p < ref.places + ref.n_places; p++) {
		print_place(p);
		putchar('\n');
	}
	return 0;
}

int main(int argc, char **argv)
{
	pid_t pid;
	int status;

	options_parse(argc, argv);
	setvbuf(stdout, NULL, _IOLBF, 0);
	shared = mmap(NULL, sizeof *shared, PROT_READ | PROT_WRITE,
		      MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	if (shared == MAP_FAILED)
		die("mmap");
	if (unshare(CLONE_NEWNS | CLONE_NEWPID | CLONE_NEWNET))
		die("unshare (root is needed)");
	pid = fork();
	if (pid < 0)
		die("fork");
	if (!pid)
		exit(harness());
	if (waitpid(pid, &status, 0) != pid || !WIFEXITED(status))
		return 125;
	return WEXITSTATUS(status);
}
