/* escape.c - one way out of a jail, tried from inside */
/* SPDX-License-Identifier: 0BSD */
/*
 * escape [-u UID] NAME prints "NAME: held|open|untried (why)"; escape -l lists
 * the names. One attempt per jail: many change the mounts that the next would
 * see. Nothing here harms a host that lets it through: what would (a core
 * pattern, a module, a disk) is opened and not used.
 */
#include "escape.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

static const char *const verdicts[] = {"held", "open", "untried"};
static char why[256];

static const struct attempt *const tables[] = {
	path_attempts,	 init_attempts,	  mount_attempts,
	kernel_attempts, legacy_attempts,
};

#define SAY(result)                                  \
	do {                                         \
		va_list ap;                          \
		va_start(ap, fmt);                   \
		vsnprintf(why, sizeof why, fmt, ap); \
		va_end(ap);                          \
		return result;                       \
	} while (0)

int is_open(const char *fmt, ...)
{
	SAY(OPEN);
}

int is_held(const char *fmt, ...)
{
	SAY(HELD);
}

int untried(const char *fmt, ...)
{
	SAY(UNTRIED);
}

int verdict(int ok)
{
	return ok ? is_open("done") : is_held("%s", strerror(errno));
}

const char *host(const char *key)
{
	char name[64];
	const char *value;

	snprintf(name, sizeof name, "ESCAPE_%s", key);
	value = getenv(name);
	return value ? value : "";
}

int in_host_ns(const char *kind)
{
	char path[64], link[64], key[32] = "NS_";
	ssize_t n;

	snprintf(path, sizeof path, "/proc/self/ns/%s", kind);
	strcat(key, kind);
	n = readlink(path, link, sizeof link - 1);
	if (n < 0)
		return 0;
	link[n] = '\0';
	return !strcmp(link, host(key));
}

int sees_marker(int dirfd, const char *path)
{
	char buf[64];
	int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof buf - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0)
		return 0;
	buf[n] = '\0';
	return *host("TOKEN") && !strcmp(buf, host("TOKEN"));
}

int root_is_host(void)
{
	return sees_marker(AT_FDCWD, host("MARKER"));
}

pid_t find_victim(void)
{
	char path[300], name[32];
	struct dirent *e;
	DIR *d = opendir("/proc");
	pid_t pid = 0;
	FILE *f;

	while (d && !pid && (e = readdir(d))) {
		snprintf(path, sizeof path, "/proc/%s/comm", e->d_name);
		f = *e->d_name >= '0' && *e->d_name <= '9' ? fopen(path, "re")
							   : NULL;
		if (f && fgets(name, sizeof name, f) &&
		    !strcmp(name, "cellbox-victim\n"))
			pid = atoi(e->d_name);
		if (f)
			fclose(f);
	}
	if (d)
		closedir(d);
	return pid;
}

static const struct attempt *find(const char *name)
{
	const struct attempt *a;
	size_t i;

	for (i = 0; i < sizeof tables / sizeof *tables; i++)
		for (a = tables[i]; a->name; a++)
			if (!name)
				puts(a->name);
			else if (!strcmp(a->name, name))
				return a;
	return NULL;
}

static void become(uid_t uid)
{
	if (setgroups(0, NULL) || setgid(uid) || setuid(uid)) {
		perror("escape: become");
		exit(99);
	}
}

/* Is one of the root's privileged programs privileged? */
static int privileged(void)
{
	struct {
		unsigned version;
		int pid;
	} head = {0x20080522, 0};
	struct {
		unsigned eff, perm, inh;
	} set[2] = {{0, 0, 0}, {0, 0, 0}};

	syscall(SYS_capget, &head, set);
	return !geteuid() || set[0].eff || set[1].eff;
}

/* The root has us under the names of shells and helpers, too. */
static int other_name(const char *name)
{
	if (!strcmp(name, "suid") || !strcmp(name, "fcap"))
		return privileged() ? 42 : 0;
	creat("/trojan-ran", 0644);
	return 0;
}

int main(int argc, char **argv)
{
	const struct attempt *a;
	const char *name = strrchr(*argv, '/');
	int v;

	name = name ? name + 1 : *argv;
	if (strcmp(name, "escape"))
		return other_name(name);
	if (argc > 1 && !strcmp(argv[1], "-l"))
		return find(NULL) != NULL;
	if (argc > 1 && !strcmp(argv[1], "-w")) {
		for (v = 1; v < 32; v++)
			signal(v, SIG_IGN);
		return (int)sleep(10); /* the jail that another joins */
	}
	if (argc > 2 && !strcmp(argv[1], "-u")) {
		become((uid_t)atoi(argv[2]));
		argv += 2;
		argc -= 2;
	}
	a = argc > 1 ? find(argv[1]) : NULL;
	if (!a) {
		fprintf(stderr, "usage: escape -l | -w | [-u UID] NAME\n");
		return 99;
	}
	alarm(5);
	v = a->run();
	printf("%s: %s (%s)\n", a->name, verdicts[v], why);
	return 0;
}
