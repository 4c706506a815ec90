/* facts.c - what a process sees of itself, one name=value a line */
/* SPDX-License-Identifier: 0BSD */
/*
 * facts [NAME]... prints all, or those named. "-" is a value that cannot be
 * read (no /proc here). By system calls where there is one: most of it works
 * without /proc. Masks are as in /proc/PID/status: bit N-1 is signal N.
 */
#include "helper.h"

#include <errno.h>
#include <grp.h>
#include <linux/capability.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>

static char **wanted;

/* True if the caller wants it: its name is then printed already. */
static int fact(const char *name)
{
	char **want = wanted;

	while (*want && strcmp(*want, name))
		want++;
	if (*wanted && !*want)
		return 0;
	printf("%s=", name);
	return 1;
}

static void number(const char *name, long value)
{
	if (fact(name))
		printf("%ld\n", value);
}

static void mask(const char *name, unsigned long long bits)
{
	if (fact(name))
		printf("%016llx\n", bits);
}

/* The lines of a file in one, joined by commas, blanks squeezed. */
static void lines(const char *name, const char *path)
{
	char line[256], word[4][64];
	FILE *file;
	int n, more = 0;

	if (!fact(name))
		return;
	file = fopen(path, "re");
	for (; file && fgets(line, sizeof(line), file); more = 1) {
		n = sscanf(line, "%63s %63s %63s", word[0], word[1], word[2]);
		printf("%s%s%s%s%s%s", more ? "," : "", n > 0 ? word[0] : "",
		       n > 1 ? " " : "", n > 1 ? word[1] : "", n > 2 ? " " : "",
		       n > 2 ? word[2] : "");
	}
	puts(file ? "" : "-");
	if (file)
		fclose(file);
}

static void ids(void)
{
	gid_t groups[1024], g[3];
	uid_t u[3];
	int i, n = getgroups(1024, groups);

	if (!getresuid(u, u + 1, u + 2) && fact("uid"))
		printf("%u %u %u\n", u[0], u[1], u[2]);
	if (!getresgid(g, g + 1, g + 2) && fact("gid"))
		printf("%u %u %u\n", g[0], g[1], g[2]);
	if (fact("groups")) {
		for (i = 0; i < n; i++)
			printf("%s%u", i ? " " : "", groups[i]);
		puts("");
	}
}

static void capabilities(void)
{
	struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
	struct __user_cap_data_struct d[2];
	unsigned long long bounding = 0, ambient = 0;
	long i;

	memset(d, 0, sizeof(d));
	syscall(SYS_capget, &head, d);
	for (i = 0; i < 64; i++) {
		if (prctl(PR_CAPBSET_READ, i) == 1)
			bounding |= 1ULL << i;
		if (prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_IS_SET, i, 0L, 0L) ==
		    1)
			ambient |= 1ULL << i;
	}
	mask("CapInh",
	     (unsigned long long)d[1].inheritable << 32 | d[0].inheritable);
	mask("CapPrm",
	     (unsigned long long)d[1].permitted << 32 | d[0].permitted);
	mask("CapEff",
	     (unsigned long long)d[1].effective << 32 | d[0].effective);
	mask("CapBnd", bounding);
	mask("CapAmb", ambient);
}

static void signals(void)
{
	unsigned long long blocked = 0, ignored = 0, caught = 0;
	struct kernel_action action;
	int sig;

	syscall(SYS_rt_sigprocmask, (long)SIG_BLOCK, NULL, &blocked, 8L);
	for (sig = 1; sig <= 64; sig++) {
		memset(&action, 0, sizeof(action));
		syscall(SYS_rt_sigaction, (long)sig, NULL, &action, 8L);
		if (action.handler == SIG_IGN)
			ignored |= 1ULL << (sig - 1);
		else if (action.handler != SIG_DFL)
			caught |= 1ULL << (sig - 1);
	}
	mask("SigBlk", blocked);
	mask("SigIgn", ignored);
	mask("SigCgt", caught);
}

static const char *type(mode_t mode)
{
	return S_ISREG(mode)	? "file"
	       : S_ISDIR(mode)	? "dir"
	       : S_ISCHR(mode)	? "chr"
	       : S_ISBLK(mode)	? "blk"
	       : S_ISFIFO(mode) ? "pipe"
	       : S_ISSOCK(mode) ? "sock"
				: "other";
}

static void files(void)
{
	char cwd[4096];
	struct stat st;
	struct rlimit limit;
	mode_t old;
	int fd, more = 0;

	if (fact("fds")) {
		for (fd = 0; fd < 1024; fd++)
			if (!fstat(fd, &st))
				printf("%s%d:%s", more++ ? " " : "", fd,
				       type(st.st_mode));
		puts("");
	}
	if (fact("cwd"))
		puts(getcwd(cwd, sizeof(cwd)) ? cwd : "-");
	if (!stat("/", &st) && fact("root"))
		printf("%lu:%lu\n", (unsigned long)st.st_dev,
		       (unsigned long)st.st_ino);
	old = umask(0);
	umask(old);
	if (fact("umask"))
		printf("%04o\n", (unsigned)old);
	if (!getrlimit(RLIMIT_NOFILE, &limit) && fact("nofile"))
		printf("%ld %ld\n", (long)limit.rlim_cur, (long)limit.rlim_max);
}

static void namespaces(void)
{
	static const char *const kinds[] = {"cgroup", "ipc",  "mnt",  "net",
					    "pid",    "time", "user", "uts"};
	char name[32], path[64];
	struct stat st;
	unsigned i;

	for (i = 0; i < sizeof(kinds) / sizeof(*kinds); i++) {
		snprintf(name, sizeof(name), "ns_%s", kinds[i]);
		snprintf(path, sizeof(path), "/proc/self/ns/%s", kinds[i]);
		if (!fact(name))
			continue;
		if (stat(path, &st))
			puts("-");
		else
			printf("%lu\n", (unsigned long)st.st_ino);
	}
}

static void processes(void)
{
	DIR *proc = opendir("/proc");
	struct dirent *entry;
	int n = 0;

	while (proc && (entry = readdir(proc)))
		n += isdigit((unsigned char)*entry->d_name) != 0;
	if (proc)
		closedir(proc);
	if (fact("processes"))
		printf(n ? "%d\n" : "-\n", n);
}

int main(int argc, char **argv)
{
	char host[256] = "";
	int deathsig = 0;

	wanted = argv + (argc > 0);
	number("pid", getpid());
	number("ppid", getppid());
	number("session", getsid(0));
	number("pgrp", getpgrp());
	ids();
	lines("uid_map", "/proc/self/uid_map");
	lines("gid_map", "/proc/self/gid_map");
	lines("setgroups", "/proc/self/setgroups");
	capabilities();
	number("NoNewPrivs", prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L));
	number("Seccomp", prctl(PR_GET_SECCOMP));
	signals();
	files();
	gethostname(host, sizeof(host) - 1);
	if (fact("hostname"))
		puts(host);
	namespaces();
	prctl(PR_GET_PDEATHSIG, &deathsig);
	number("pdeathsig", deathsig);
	number("dumpable", prctl(PR_GET_DUMPABLE));
	processes();
	return 0;
}
