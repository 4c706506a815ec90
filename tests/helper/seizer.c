/* seizer.c - a jail's root that seizes whoever comes in */
/* SPDX-License-Identifier: 0BSD */
/*
 * seizer watch FILE
 *	seizes every process that appears in this pid namespace (PTRACE_SEIZE,
 *	stopped at once), looks what could be gained from it, and lets it go.
 *	"up" goes to FILE at the start; after a TERM one line of counts:
 *	attached=N gained=N cap=N ns=N root=N exe=N fd=N
 *	where gained counts processes, and behind it, on lines of their own, what
 *	the first of each kind was.
 * seizer filtered CMD...
 *	runs it below a seccomp filter that allows everything.
 *
 * A gain is: a capability outside of our own bounding set, or any at all in
 * another user namespace; a namespace that is not ours; a root or cwd on
 * another mount; an executable that is not the file of that name here; a
 * descriptor above 2 that is no socket. Of those nothing may be open to us.
 */
#include "helper.h"

#include <errno.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/stat.h>

#define AHEAD 32

enum { CAP, NS, ROOT, EXE, FD, KINDS };
static const char *const names[KINDS] = {"cap", "ns", "root", "exe", "fd"};
static int counts[KINDS], attached, gained;
static char first[KINDS][256];
static struct stat own_root;
static volatile sig_atomic_t done;

static void on_term(int sig)
{
	(void)sig;
	done = 1;
}

static void gain(int kind, const char *what, const char *value)
{
	if (!counts[kind]++)
		snprintf(first[kind], sizeof(first[kind]), "%s %s", what,
			 value);
}

static const char *path_of(int pid, const char *name)
{
	static char path[64];

	snprintf(path, sizeof(path), "/proc/%d/%s", pid, name);
	return path;
}

static void link_of(int pid, const char *name, char text[256])
{
	ssize_t n = readlink(path_of(pid, name), text, 255);

	text[n > 0 ? n : 0] = 0;
}

static unsigned long long field(int pid, const char *name)
{
	unsigned long long value = 0;
	FILE *file = fopen(path_of(pid, "status"), "re");
	char line[256];

	while (file && fgets(line, sizeof(line), file))
		if (!strncmp(line, name, strlen(name)))
			value = strtoull(line + strlen(name), NULL, 16);
	if (file)
		fclose(file);
	return value;
}

static void look_at_files(int pid)
{
	static const char *const roots[] = {"root", "cwd"};
	char text[256], name[32];
	struct stat st, here;
	struct dirent *entry;
	DIR *dir;

	for (int i = 0; i < 2; i++)
		if (!stat(path_of(pid, roots[i]), &st) &&
		    st.st_dev != own_root.st_dev) {
			link_of(pid, roots[i], text);
			gain(ROOT, roots[i], text);
		}
	link_of(pid, "exe", text);
	if (!stat(path_of(pid, "exe"), &st) &&
	    (stat(text, &here) || here.st_dev != st.st_dev ||
	     here.st_ino != st.st_ino))
		gain(EXE, "exe", text);
	dir = opendir(path_of(pid, "fd"));
	while (dir && (entry = readdir(dir))) {
		if (!isdigit((unsigned char)*entry->d_name) ||
		    atoi(entry->d_name) < 3)
			continue;
		snprintf(name, sizeof(name), "fd/%.8s", entry->d_name);
		link_of(pid, name, text);
		if (!stat(path_of(pid, name), &st) && !S_ISSOCK(st.st_mode))
			gain(FD, name, text);
	}
	if (dir)
		closedir(dir);
}

static void look_at(int pid)
{
	static const char *const kinds[] = {"ns/mnt",	 "ns/uts", "ns/ipc",
					    "ns/net",	 "ns/pid", "ns/user",
					    "ns/cgroup", "ns/time"};
	static const char *const sets[] = {
		"CapPrm:", "CapEff:", "CapInh:", "CapAmb:"};
	unsigned long long bounding = field(getpid(), "CapBnd:");
	int total = 0, before = 0;
	char theirs[256], ours[256];

	for (int i = 0; i < KINDS; i++)
		before += counts[i];
	link_of(pid, "ns/user", theirs);
	link_of(getpid(), "ns/user", ours);
	if (strcmp(theirs, ours))
		bounding = 0;
	for (int i = 0; i < 4; i++)
		if (field(pid, sets[i]) & ~bounding)
			gain(CAP, sets[i], "outside of the bounding set");
	for (int i = 0; i < 8; i++) {
		link_of(pid, kinds[i], theirs);
		link_of(getpid(), kinds[i], ours);
		if (*theirs && strcmp(theirs, ours))
			gain(NS, kinds[i], theirs);
	}
	look_at_files(pid);
	for (int i = 0; i < KINDS; i++)
		total += counts[i];
	gained += total != before;
	attached++;
}

/* 0, or errno: ESRCH, there is none; EPERM, it is not for us. */
static int seize(int pid)
{
	int status;

	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL))
		return errno;
	if (ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ||
	    waitpid(pid, &status, __WALL) != pid)
		return 0;
	if (WIFSTOPPED(status)) {
		look_at(pid);
		ptrace(PTRACE_DETACH, pid, NULL,
		       (void *)(long)(status >> 16 ? 0 : WSTOPSIG(status)));
	}
	return 0;
}

/* Numbers are given in order: the next is one of these. One that is not for us
 * (yet) is tried until it is seized or gone. */
static int watch(const char *path)
{
	int next = getpid() + 1;
	FILE *file = fopen(path, "we");

	signal(SIGTERM, on_term);
	if (!file || stat("/", &own_root) || fprintf(file, "up\n") < 0 ||
	    fflush(file))
		return 125;
	for (int i = 0; !done; i = (i + 1) % AHEAD) {
		int err = seize(next + i), there = err != ESRCH;

		while (err == EPERM && !done)
			err = seize(next + i);
		if (!there)
			continue;
		next += i + 1;
		i = -1;
	}
	printf("attached=%d gained=%d", attached, gained);
	for (int i = 0; i < KINDS; i++)
		printf(" %s=%d", names[i], counts[i]);
	puts("");
	for (int i = 0; i < KINDS; i++)
		if (counts[i])
			printf("%s: %s\n", names[i], first[i]);
	return 0;
}

static int filtered(char **argv)
{
	struct sock_filter allow = BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW);
	struct sock_fprog program = {1, &allow};

	if (!prctl(PR_SET_NO_NEW_PRIVS, 1L, 0L, 0L, 0L) &&
	    !prctl(PR_SET_SECCOMP, (long)SECCOMP_MODE_FILTER, &program))
		execvp(*argv, argv);
	fprintf(stderr, "seizer: %s: %s\n", *argv, strerror(errno));
	return 125;
}

int main(int argc, char **argv)
{
	if (argc == 3 && !strcmp(argv[1], "watch"))
		return watch(argv[2]);
	if (argc > 2 && !strcmp(argv[1], "filtered"))
		return filtered(argv + 2);
	fprintf(stderr, "usage: seizer watch FILE | filtered CMD...\n");
	return 125;
}
