/* payload.c - print the facts of the jail that it runs in */
/* SPDX-License-Identifier: 0BSD */
/*
 * One fact a line, the same in every run of the same jail: no ids that the
 * kernel counts up, namespaces as "new" or "launcher's" (FAULTS_LAUNCHER in
 * the environment lists those of the launcher). Everything goes out in one
 * write. Ends with 7, so that no other success looks like it, when
 * its stdin ends: the injector holds that back. `payload wait
 * DIR` then makes DIR/ready and waits for DIR/done, three seconds at most.
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <net/if.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/statfs.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/utsname.h>
#include <unistd.h>

#define END_STATUS 7

static char facts[32768];
static size_t used;

__attribute__((format(printf, 1, 2))) static void say(const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	used += (size_t)vsnprintf(facts + used, sizeof facts - used, fmt, ap);
	va_end(ap);
	if (used >= sizeof facts)
		used = sizeof facts - 1;
}

/* A file's text as one line of words. */
static void say_file(const char *name, const char *path)
{
	char buf[2048], *p;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, buf, sizeof buf - 1);

	if (fd >= 0)
		close(fd);
	if (n < 0) {
		say("%s: %s\n", name, strerror(errno));
		return;
	}
	buf[n] = '\0';
	say("%s:", name);
	for (p = strtok(buf, " \t\n"); p; p = strtok(NULL, " \t\n"))
		say(" %s", p);
	say("\n");
}

static void ids(void)
{
	gid_t groups[64];
	uid_t r, e, s;
	int i, n;

	getresuid(&r, &e, &s);
	say("uid: %d %d %d\n", (int)r, (int)e, (int)s);
	getresgid(&r, &e, &s);
	say("gid: %d %d %d\n", (int)r, (int)e, (int)s);
	n = getgroups(64, groups);
	say("groups:");
	for (i = 0; i < n; i++)
		say(" %d", (int)groups[i]);
	say("\n");
	say_file("uid_map", "/proc/self/uid_map");
	say_file("gid_map", "/proc/self/gid_map");
	say_file("setgroups", "/proc/self/setgroups");
}

static void capabilities(void)
{
	struct {
		unsigned version;
		int pid;
	} head = {0x20080522, 0};
	struct {
		unsigned eff, perm, inh;
	} set[2] = {{0, 0, 0}, {0, 0, 0}};
	unsigned long long bounding = 0, ambient = 0;
	int i;

	syscall(SYS_capget, &head, set);
	for (i = 0; i < 64; i++) {
		if (prctl(PR_CAPBSET_READ, (long)i, 0L, 0L, 0L) == 1)
			bounding |= 1ULL << i;
		if (prctl(PR_CAP_AMBIENT, (long)PR_CAP_AMBIENT_IS_SET, (long)i,
			  0L, 0L) == 1)
			ambient |= 1ULL << i;
	}
	say("effective: %08x%08x\n", set[1].eff, set[0].eff);
	say("permitted: %08x%08x\n", set[1].perm, set[0].perm);
	say("inheritable: %08x%08x\n", set[1].inh, set[0].inh);
	say("bounding: %016llx\nambient: %016llx\n", bounding, ambient);
	say("securebits: %x\n", prctl(PR_GET_SECUREBITS, 0L, 0L, 0L, 0L));
	say("no_new_privs: %d\n", prctl(PR_GET_NO_NEW_PRIVS, 0L, 0L, 0L, 0L));
	say("seccomp: %d\n", prctl(PR_GET_SECCOMP, 0L, 0L, 0L, 0L));
	say("dumpable: %d\n", prctl(PR_GET_DUMPABLE, 0L, 0L, 0L, 0L));
}

static void signals(void)
{
	struct {
		void *handler;
		unsigned long flags;
		void *rest;
		unsigned long mask;
	} action;
	unsigned long long mask = 0, ignored = 0, pending = 0;
	int i, death = 0, reaper = 0;

	syscall(SYS_rt_sigprocmask, 0L, NULL, &mask, 8L);
	syscall(SYS_rt_sigpending, &pending, 8L);
	for (i = 1; i <= 64; i++)
		if (!syscall(SYS_rt_sigaction, (long)i, NULL, &action, 8L) &&
		    action.handler == (void *)SIG_IGN)
			ignored |= 1ULL << (i - 1);
	prctl(PR_GET_PDEATHSIG, &death, 0L, 0L, 0L);
	prctl(PR_GET_CHILD_SUBREAPER, &reaper, 0L, 0L, 0L);
	say("blocked: %016llx\nignored: %016llx\npending: %016llx\n", mask,
	    ignored, pending);
	say("pdeathsig: %d\nsubreaper: %d\n", death, reaper);
}

static void process(void)
{
	struct utsname uts;
	mode_t mask = umask(0);
	char cwd[512];
	pid_t sid = getsid(0), pgid = getpgid(0);

	umask(mask);
	uname(&uts);
	say("umask: %03o\n", (unsigned)mask);
	say("hostname: %s\ndomainname: %s\n", uts.nodename, uts.domainname);
	say("pid: %s\n", getpid() == 1 ? "1" : "not 1");
	say("parent: %s\n", getppid() == 0   ? "outside"
			    : getppid() == 1 ? "1"
					     : "other");
	say("session: %s\n", sid == getpid() ? "own"
			     : sid == 0	     ? "outside"
					     : "other");
	say("group: %s\n", pgid == getpid() ? "own"
			   : pgid == 0	    ? "outside"
					    : "other");
	say("cwd: %s\n", getcwd(cwd, sizeof cwd) ? cwd : strerror(errno));
	say("nice: %d\n", getpriority(PRIO_PROCESS, 0));
	say_file("oom_score_adj", "/proc/self/oom_score_adj");
	say_file("cgroup", "/proc/self/cgroup");
	say_file("time offsets", "/proc/self/timens_offsets");
}

static void limits(void)
{
	struct rlimit r;
	int i;

	say("rlimits:");
	for (i = 0; i < 16; i++)
		if (!getrlimit(i, &r))
			say(" %lld/%lld", (long long)r.rlim_cur,
			    (long long)r.rlim_max);
	say("\n");
}

/* "socket:[123]" -> "socket" */
static void say_link(const char *path)
{
	char link[512];
	ssize_t n = readlink(path, link, sizeof link - 1);

	link[n < 0 ? 0 : n] = '\0';
	if (strstr(link, ":["))
		*strstr(link, ":[") = '\0';
	say("%s", *link ? link : strerror(errno));
}

static void descriptors(void)
{
	char path[64];
	int fd;

	for (fd = 0; fd < 256; fd++) {
		if (fcntl(fd, F_GETFD) < 0)
			continue;
		snprintf(path, sizeof path, "/proc/self/fd/%d", fd);
		say("fd %d: ", fd);
		say_link(path);
		say("\n");
	}
}

static void say_dir(const char *name, const char *path)
{
	struct stat st;
	struct statfs fs;
	struct statvfs vfs;

	if (stat(path, &st) || statfs(path, &fs) || statvfs(path, &vfs)) {
		say("%s: %s\n", name, strerror(errno));
		return;
	}
	say("%s: inode %s fs %lx mode %o owner %d:%d flags %lx write %s\n",
	    name, fs.f_type == 0x01021994 ? "-" : "same",
	    (unsigned long)fs.f_type, st.st_mode, (int)st.st_uid,
	    (int)st.st_gid, vfs.f_flag, access(path, W_OK) ? "no" : "yes");
	if (fs.f_type != 0x01021994)
		say("%s inode: %lu\n", name, (unsigned long)st.st_ino);
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A device may have been made or bound: what counts is which one it is. */
static const char *const devices[] = {"/dev/null",    "/dev/zero",
				      "/dev/full",    "/dev/random",
				      "/dev/urandom", "/dev/tty"};

static int is_device(const char *path)
{
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof devices / sizeof *devices; i++)
		if (!strcmp(path, devices[i]))
			return !stat(path, &st) && S_ISCHR(st.st_mode);
	return 0;
}

static void device_facts(void)
{
	struct stat st;
	size_t i;

	for (i = 0; i < sizeof devices / sizeof *devices; i++)
		if (!stat(devices[i], &st))
			say("device %s: %o %u:%u\n", devices[i], st.st_mode,
			    major(st.st_rdev), minor(st.st_rdev));
}

/* Lines of mountinfo without the two ids, the device and peer groups. */
static void mounts(void)
{
	static char text[16384];
	char root[512], where[512], how[256], *line, *dash, *p;
	FILE *f = fopen("/proc/self/mountinfo", "re");
	size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;

	if (!f) {
		say("mounts: %s\n", strerror(errno));
		return;
	}
	fclose(f);
	text[n] = '\0';
	for (line = strtok(text, "\n"); line; line = strtok(NULL, "\n")) {
		if (sscanf(line, "%*s %*s %*s %511s %511s %255s", root, where,
			   how) != 3 ||
		    is_device(where))
			continue;
		dash = strstr(line, " - ");
		p = strstr(root, "//deleted");
		say("mount %s from %s %s%s%s%s\n", where, p ? "deleted" : root,
		    how, strstr(line, " shared:") ? " shared" : "",
		    strstr(line, " master:") ? " slave" : "", dash ? dash : "");
	}
}

static void namespaces(void)
{
	static const char *const kinds[] = {"cgroup", "ipc",  "mnt",  "net",
					    "pid",    "time", "user", "uts"};
	const char *launcher = getenv("FAULTS_LAUNCHER");
	char path[64], link[64], key[32];
	size_t i;
	ssize_t n;

	for (i = 0; i < sizeof kinds / sizeof *kinds; i++) {
		snprintf(path, sizeof path, "/proc/self/ns/%s", kinds[i]);
		n = readlink(path, link, sizeof link - 1);
		link[n < 0 ? 0 : n] = '\0';
		say("namespace %s: %s\n", kinds[i],
		    n < 0				 ? strerror(errno)
		    : launcher && strstr(launcher, link) ? "launcher's"
							 : "new");
	}
	snprintf(key, sizeof key, "key:%ld",
		 syscall(SYS_keyctl, 0L, -3L, 0L, 0L, 0L));
	say("session keyring: %s\n",
	    launcher && strstr(launcher, key) ? "launcher's" : "other");
}

/* Names of all processes: numbers may differ with who was first. */
static void processes(void)
{
	const char *launcher = getenv("FAULTS_LAUNCHER");
	char *names[256], path[64], link[64], name[64];
	size_t n = 0, i, len = (size_t)readlink("/proc/self/ns/pid", link, 63);
	struct dirent *e;
	DIR *d = opendir("/proc");
	FILE *f;

	if (!d || len > 63) {
		say("processes: %s\n", strerror(errno));
		return;
	}
	link[len] = '\0';
	if (launcher && strstr(launcher, link)) {
		say("processes: the launcher's\n");
		closedir(d);
		return;
	}
	while ((e = readdir(d)) && n < 256) {
		if (e->d_name[0] < '0' || e->d_name[0] > '9')
			continue;
		snprintf(path, sizeof path, "/proc/%.20s/comm", e->d_name);
		f = fopen(path, "re");
		if (f && fgets(name, sizeof name, f)) {
			name[strcspn(name, "\n")] = '\0';
			names[n++] = strdup(name);
		}
		if (f)
			fclose(f);
	}
	closedir(d);
	qsort(names, n, sizeof *names, compare);
	say("processes:");
	for (i = 0; i < n; i++)
		say(" %s", names[i]);
	say("\n");
}

static void network(void)
{
	struct if_nameindex *list = if_nameindex(), *i;
	struct ifreq ifr;
	int s = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);

	say("interfaces:");
	for (i = list; i && i->if_index; i++) {
		memset(&ifr, 0, sizeof ifr);
		strncpy(ifr.ifr_name, i->if_name, IFNAMSIZ - 1);
		ioctl(s, SIOCGIFFLAGS, &ifr);
		say(" %s %x", i->if_name, (unsigned)ifr.ifr_flags);
	}
	say("\n");
	if (s >= 0)
		close(s);
}

static void root_entries(void)
{
	char *names[128];
	size_t n = 0, i;
	struct dirent *e;
	DIR *d = opendir("/");

	say("entries of /:");
	while (d && (e = readdir(d)) && n < 128)
		names[n++] = strdup(e->d_name);
	if (d)
		closedir(d);
	qsort(names, n, sizeof *names, compare);
	for (i = 0; i < n; i++)
		say(" %s", names[i]);
	say("\n");
}

static void environment(void)
{
	extern char **environ;
	unsigned long hash = 5381;
	int n = 0;
	char **e, *p;

	for (e = environ; *e; e++) {
		if (!strncmp(*e, "FAULTS_LAUNCHER=", 16) ||
		    !strncmp(*e, "_=", 2))
			continue;
		n++;
		for (p = *e; *p; p++)
			hash = hash * 33 + (unsigned char)*p;
	}
	say("environment: %d words, %lx\n", n, hash);
}

/* Says in DIR that we are ready, and waits for the word to end. */
static void wait_in(const char *dir)
{
	int i;

	if (chdir(dir) || close(creat("ready", 0644)))
		exit(98);
	for (i = 0; i < 300 && access("done", F_OK); i++)
		usleep(10000);
}

int main(int argc, char **argv)
{
	int i;

	say("facts of the jail\nargv:");
	for (i = 1; i < argc; i++)
		say(" %s", argv[i]);
	say("\n");
	descriptors();
	ids();
	capabilities();
	signals();
	process();
	limits();
	say_dir("root", "/");
	say_dir("cwd dir", ".");
	root_entries();
	mounts();
	device_facts();
	namespaces();
	processes();
	network();
	environment();
	say("tty: %s\n", open("/dev/tty", O_RDWR | O_CLOEXEC) < 0
				 ? strerror(errno)
				 : "open");
	say("end\n");
	if (write(1, facts, used) != (ssize_t)used)
		return 99;
	while (read(0, &i, 1) > 0)
		;
	if (argc > 2 && !strcmp(argv[1], "wait"))
		wait_in(argv[2]);
	return END_STATUS;
}
