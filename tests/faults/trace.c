/* trace.c - run a command under ptrace, with one fault or none */
/* SPDX-License-Identifier: 0BSD */
#include "trace.h"

#include <elf.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"

#ifndef __x86_64__
#error "the injector knows the registers of x86-64 only"
#endif

#define MAX_TASKS 512
#define OPTIONS                                                             \
	(PTRACE_O_TRACESYSGOOD | PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | \
	 PTRACE_O_TRACECLONE | PTRACE_O_TRACEEXEC | PTRACE_O_EXITKILL)

enum phase {
	FOREIGN,  /* before the first execve, or a program that is not `only` */
	LOADING,  /* dynamic: runs to the breakpoint at its entry */
	STARTING, /* static: libc's own calls before main() */
	COUNTING,
	DEAD,
	FREE /* the program, let go */
};

struct task {
	pid_t pid;
	enum phase phase;
	char label[LABEL];
	int calls;
	unsigned children;
	int held;	     /* stopped at birth, its parent has not told yet */
	int inject;	     /* errno to give at the exit of this call */
	unsigned long entry; /* where the breakpoint is */
	long saved;	     /* what it covers */
};

/* One run at a time in a process: see inject.c, which forks for each. */
static struct task tasks[MAX_TASKS];
static int n_tasks;
static int n_images; /* of cmd->only */
static const struct command *cmd;
static const struct fault *fault;
static struct run *run;
static volatile sig_atomic_t ticked;

static void on_tick(int sig)
{
	(void)sig;
	ticked = 1;
}

static long now_ms(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * 1000L + ts.tv_nsec / 1000000;
}

static struct task *task_find(pid_t pid)
{
	int i;

	for (i = n_tasks - 1; i >= 0; i--)
		if (tasks[i].pid == pid)
			return &tasks[i];
	return NULL;
}

static struct task *task_new(pid_t pid, enum phase phase)
{
	struct task *t;

	if (n_tasks == MAX_TASKS) {
		fprintf(stderr, "inject: more than %d processes\n", MAX_TASKS);
		_exit(125);
	}
	t = &tasks[n_tasks++];
	memset(t, 0, sizeof *t);
	t->pid = pid;
	t->phase = phase;
	return t;
}

/* Is it the one that runs the program, and did it say so? */
static int is_go(const struct task *t, int said)
{
	return fault->go && !strcmp(fault->go->proc, t->label) &&
	       (!said || t->calls >= fault->go->call);
}

/* Lets a stopped task go on, telling us of calls only if they matter. */
static void resume(struct task *t, int sig)
{
	int calls = t->phase == STARTING || t->phase == COUNTING;

	if (calls && fault->place && !t->inject)
		calls = is_go(t, 0) ||
			(!run->hit && !strcmp(fault->place->proc, t->label));
	ptrace(calls ? PTRACE_SYSCALL : PTRACE_CONT, t->pid, 0L, (long)sig);
}

static void read_string(pid_t pid, unsigned long addr, char *buf, size_t size)
{
	struct iovec here = {buf, size - 1}, there = {(void *)addr, size - 1};
	ssize_t n;

	/* A string near the end of a page: less is readable than asked for. */
	n = process_vm_readv(pid, &here, 1, &there, 1, 0);
	if (n < 0) {
		there.iov_len = here.iov_len = 4096 - (addr & 4095);
		if (here.iov_len > size - 1)
			there.iov_len = here.iov_len = size - 1;
		n = process_vm_readv(pid, &here, 1, &there, 1, 0);
	}
	buf[n < 0 ? 0 : n] = '\0';
}

static const char *last_component(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/*
 * Those that stay while the program runs: each is a place of its own, call 0,
 * for a KILL there. (At the entry of its last poll it would be too early.)
 */
static void note_running(const struct task *program)
{
	const struct task *t;
	struct place *p;

	for (t = tasks; t < tasks + n_tasks; t++) {
		if (t->phase != COUNTING || t == program ||
		    run->n_places == MAX_PLACES)
			continue;
		for (p = run->places; p < run->places + run->n_places; p++)
			if (p->nr < 0 && !strcmp(p->proc, t->label))
				break;
		if (p < run->places + run->n_places)
			continue;
		memset(p, 0, sizeof *p);
		strcpy(p->proc, t->label);
		p->nr = -1;
		run->n_places++;
	}
}

/* The KILL at such a place, when the program has had its moment. */
static void kill_running(void)
{
	struct task *t;

	if (!fault->place || fault->place->call || run->hit || !run->ran)
		return;
	for (t = tasks; t < tasks + n_tasks; t++)
		if (t->phase == COUNTING &&
		    !strcmp(t->label, fault->place->proc)) {
			run->hit = 1;
			run->ready = run->ran;
			kill(t->pid, SIGKILL);
			return;
		}
}

/* A new image: the program is let go, others are brought to their main(). */
static void at_exec(struct task *t)
{
	unsigned long aux[128], base = 0, entry = 0, name = 0;
	char path[512], file[64];
	ssize_t n, i;
	int fd;

	snprintf(file, sizeof file, "/proc/%d/auxv", t->pid);
	fd = open(file, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, aux, sizeof aux);
	if (fd >= 0)
		close(fd);
	for (i = 0; i + 1 < n / (ssize_t)sizeof *aux; i += 2) {
		if (aux[i] == AT_BASE)
			base = aux[i + 1];
		if (aux[i] == AT_ENTRY)
			entry = aux[i + 1];
		if (aux[i] == AT_EXECFN)
			name = aux[i + 1];
	}
	read_string(t->pid, name, path, sizeof path);
	if (!strcmp(last_component(path), cmd->payload)) {
		run->ran++;
		if (!fault->place)
			note_running(t);
		t->phase = FREE;
		ptrace(PTRACE_DETACH, t->pid, 0L, 0L);
		return;
	}
	if (cmd->only && strcmp(last_component(path), cmd->only)) {
		t->phase = FOREIGN;
		resume(t, 0);
		return;
	}
	/* Where a driver runs several, each is named by its turn. */
	if (cmd->only && t->phase == FOREIGN)
		snprintf(t->label, sizeof t->label, "%d", ++n_images);
	t->phase = STARTING;
	if (base) {
		t->phase = LOADING;
		t->entry = entry;
		errno = 0;
		t->saved = ptrace(PTRACE_PEEKTEXT, t->pid, entry, 0L);
		ptrace(PTRACE_POKETEXT, t->pid, entry,
		       (t->saved & ~0xffL) | 0xcc);
	}
	resume(t, 0);
}

/* At the entry of a dynamic program: its loader has done its work. */
static int at_breakpoint(struct task *t)
{
	struct user_regs_struct regs;

	if (t->phase != LOADING)
		return 0;
	ptrace(PTRACE_GETREGS, t->pid, 0L, &regs);
	if (regs.rip != t->entry + 1)
		return 0;
	regs.rip = t->entry;
	ptrace(PTRACE_SETREGS, t->pid, 0L, &regs);
	ptrace(PTRACE_POKETEXT, t->pid, t->entry, t->saved);
	t->phase = STARTING;
	resume(t, 0);
	return 1;
}

/* The parent tells: the child gets its name, and goes on if it waits. */
static void at_birth(struct task *parent)
{
	unsigned long pid = 0;
	struct task *t;

	ptrace(PTRACE_GETEVENTMSG, parent->pid, 0L, &pid);
	t = task_find((pid_t)pid);
	if (!t || t->phase == DEAD)
		t = task_new((pid_t)pid, FOREIGN);
	snprintf(t->label, sizeof t->label, "%.15s.%u", parent->label,
		 parent->children++ % 1000U);
	t->phase = parent->phase == FOREIGN ? FOREIGN : COUNTING;
	if (t->held)
		resume(t, 0);
	t->held = 0;
	resume(parent, 0);
}

/* The child's first stop: it waits for its name, or has it already. */
static void at_first_stop(pid_t pid)
{
	struct task *t = task_find(pid);

	if (t && t->phase != DEAD)
		resume(t, 0);
	else
		task_new(pid, FOREIGN)->held = 1;
}

static void note_place(struct task *t, const struct __ptrace_syscall_info *si)
{
	struct place *p;
	long nr = (long)si->entry.nr;
	int arg = call_flags_arg(nr);

	if (run->n_places == MAX_PLACES)
		return;
	p = &run->places[run->n_places++];
	memset(p, 0, sizeof *p);
	strcpy(p->proc, t->label);
	p->call = t->calls;
	p->nr = nr;
	p->flags = arg < 0 ? 0 : si->entry.args[arg];
	if (nr == SYS_execve || nr == SYS_mount || nr == SYS_umount2 ||
	    nr == SYS_open || nr == SYS_chdir || nr == SYS_pivot_root)
		read_string(t->pid, si->entry.args[0], p->object,
			    sizeof p->object);
	if (nr == SYS_openat || nr == SYS_openat2 || nr == SYS_execveat)
		read_string(t->pid, si->entry.args[1], p->object,
			    sizeof p->object);
	p->program = (nr == SYS_execve || nr == SYS_execveat) &&
		     !strcmp(last_component(p->object), cmd->payload);
}

static void at_entry(struct task *t, const struct __ptrace_syscall_info *si)
{
	struct user_regs_struct regs;
	const struct place *p = fault->place;

	if (t->phase == STARTING) {
		if (call_is_startup((long)si->entry.nr))
			return;
		t->phase = COUNTING;
	}
	if (t->phase != COUNTING)
		return;
	t->calls++;
	if (!p) {
		note_place(t, si);
		return;
	}
	run->gone |= is_go(t, 1);
	if (run->hit || t->calls != p->call || strcmp(p->proc, t->label) ||
	    p->nr != (long)si->entry.nr)
		return;
	run->hit = 1;
	run->ready = run->ran;
	if (!fault->err) {
		kill(t->pid, SIGKILL);
		return;
	}
	ptrace(PTRACE_GETREGS, t->pid, 0L, &regs);
	regs.orig_rax = (unsigned long long)-1;
	ptrace(PTRACE_SETREGS, t->pid, 0L, &regs);
	t->inject = fault->err;
}

static void at_call(struct task *t)
{
	struct __ptrace_syscall_info si;
	struct user_regs_struct regs;

	memset(&si, 0, sizeof si);
	if (ptrace(PTRACE_GET_SYSCALL_INFO, t->pid, sizeof si, &si) < 0)
		return; /* killed meanwhile */
	if (si.op == PTRACE_SYSCALL_INFO_ENTRY) {
		at_entry(t, &si);
	} else if (si.op == PTRACE_SYSCALL_INFO_EXIT && t->inject) {
		ptrace(PTRACE_GETREGS, t->pid, 0L, &regs);
		regs.rax = (unsigned long long)-(long)t->inject;
		ptrace(PTRACE_SETREGS, t->pid, 0L, &regs);
		t->inject = 0;
	}
	resume(t, 0);
}

static void at_stop(pid_t pid, int status)
{
	int sig = WSTOPSIG(status), event = status >> 16;
	struct task *t;

	if (event == PTRACE_EVENT_STOP && sig == SIGTRAP) {
		at_first_stop(pid);
		return;
	}
	t = task_find(pid);
	if (!t)
		t = task_new(pid, FOREIGN);
	if (event == PTRACE_EVENT_STOP)
		ptrace(PTRACE_LISTEN, pid, 0L, 0L);
	else if (event == PTRACE_EVENT_EXEC)
		at_exec(t);
	else if (event)
		at_birth(t);
	else if (sig == (SIGTRAP | 0x80))
		at_call(t);
	else if (sig != SIGTRAP || !at_breakpoint(t))
		resume(t, sig);
}

static pid_t parent_of(pid_t pid)
{
	char path[512], buf[512], *p;
	ssize_t n;
	int fd;

	snprintf(path, sizeof path, "/proc/%d/stat", pid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	n = fd < 0 ? 0 : read(fd, buf, sizeof buf - 1);
	if (fd >= 0)
		close(fd);
	buf[n < 0 ? 0 : n] = '\0';
	p = strrchr(buf, ')');
	return p && strlen(p) > 4 ? (pid_t)atoi(p + 4) : 0;
}

static void stray(pid_t pid, const char *how)
{
	struct task *t = task_find(pid);

	if (!run->strays++)
		snprintf(run->stray, sizeof run->stray, "process %s %s",
			 t && *t->label ? t->label : "let go", how);
}

/* A process is dead: whose child was it? Reaps it. */
static int at_death(pid_t pid)
{
	struct task *t = task_find(pid);
	int ours = parent_of(pid) == getpid();
	int status;

	if (waitpid(pid, &status, __WALL | WNOHANG) != pid)
		return 0;
	if (t == tasks) {
		run->status = WIFSIGNALED(status) ? 128 + WTERMSIG(status)
						  : WEXITSTATUS(status);
		t->phase = DEAD;
		return 1;
	}
	if (t && t->phase == DEAD)
		stray(pid, "was never waited for");
	else if (ours)
		stray(pid, "outlived its parent");
	if (t)
		t->phase = DEAD;
	return 0;
}

/* All but us and the init of the pid namespace that inject.c has made. */
static void kill_all(void)
{
	kill(-1, SIGKILL);
}

/*
 * The program waits for the end of its stdin. In a run with a KILL that is
 * held back, so that a jail which outlives what was killed is seen: until a
 * second after the outer process ended; or for a moment, if what was hit does
 * not matter to it, or if nothing was hit before the program would end.
 */
static int may_end(long now, long ended, long *since)
{
	int phase = ended ? 3 : run->hit ? 2 : run->ran ? 1 : 0;
	static int was;

	if (phase != was) {
		was = phase;
		*since = now;
	}
	return phase == 3   ? now - *since > 1000
	       : phase == 2 ? now - *since > 300
	       : phase == 1 ? now - *since > 50
			    : 0;
}

/* Serves stops until no process is left. */
static void serve(int hold)
{
	long start = now_ms(), ended = 0, since = start;
	siginfo_t si;
	int status;

	for (;;) {
		si.si_pid = 0;
		if (waitid(P_ALL, 0, &si,
			   WEXITED | WSTOPPED | WNOWAIT | __WALL)) {
			if (errno == ECHILD)
				break;
		} else if (si.si_code == CLD_EXITED ||
			   si.si_code == CLD_KILLED ||
			   si.si_code == CLD_DUMPED) {
			if (at_death(si.si_pid))
				ended = now_ms();
		} else if (waitpid(si.si_pid, &status, __WALL | WNOHANG) > 0) {
			if (WIFSTOPPED(status))
				at_stop(si.si_pid, status);
		}
		if (!ticked)
			continue;
		ticked = 0;
		kill_running();
		if (hold >= 0 && may_end(now_ms(), ended, &since)) {
			close(hold);
			hold = -1;
		}
		if (!ended && now_ms() - start > cmd->deadline) {
			run->hang = 1;
			kill_all();
		}
		if (ended && now_ms() - ended > 1000) {
			run->left++;
			kill_all();
		}
	}
	if (hold >= 0)
		close(hold);
}

static void child(int ready, int in, int out, int err)
{
	char c;

	if (read(ready, &c, 1) != 1)
		_exit(125);
	dup2(in, 0);
	dup2(out, 1);
	dup2(err, 2);
	syscall(SYS_close_range, 3U, ~0U, 0U);
	if (cmd->uid &&
	    (setgroups(0, NULL) || setgid(cmd->uid) || setuid(cmd->uid)))
		_exit(125);
	execvp(cmd->argv[0], cmd->argv);
	dprintf(2, "inject: '%s': %s\n", cmd->argv[0], strerror(errno));
	_exit(127);
}

static void take_text(int fd, char *buf)
{
	ssize_t n = pread(fd, buf, MAX_TEXT - 1, 0);

	buf[n < 0 ? 0 : n] = '\0';
	close(fd);
}

int trace_run(const struct command *c, const struct fault *f, struct run *r)
{
	const struct itimerval tick = {{0, 20000}, {0, 20000}}, none = {0};
	struct sigaction sa = {.sa_handler = on_tick};
	int out = memfd_create("out", MFD_CLOEXEC);
	int err = memfd_create("err", MFD_CLOEXEC);
	int go[2], in[2];
	pid_t pid;

	cmd = c;
	fault = f;
	run = r;
	n_tasks = 0;
	n_images = 0;
	memset(run, 0, offsetof(struct run, places));
	if (out < 0 || err < 0 || pipe2(go, O_CLOEXEC) || pipe2(in, O_CLOEXEC))
		return -1;
	pid = fork();
	if (pid < 0)
		return -1;
	if (!pid)
		child(go[0], in[0], out, err);
	close(go[0]);
	close(in[0]);
	if (!f->place || f->err) {
		close(in[1]);
		in[1] = -1;
	}
	strcpy(task_new(pid, FOREIGN)->label, "0");
	if (ptrace(PTRACE_SEIZE, pid, 0L, (long)OPTIONS)) {
		kill(pid, SIGKILL);
		return -1;
	}
	sigaction(SIGALRM, &sa, NULL);
	setitimer(ITIMER_REAL, &tick, NULL);
	if (write(go[1], "", 1) != 1)
		kill(pid, SIGKILL);
	close(go[1]);
	serve(in[1]);
	setitimer(ITIMER_REAL, &none, NULL);
	take_text(out, run->out);
	take_text(err, run->err);
	return 0;
}
