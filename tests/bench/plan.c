/* plan.c - a plan of many binds beside bare mount(2) calls and bubblewrap */
/* SPDX-License-Identifier: 0BSD */
/*
 * plan [-n BINDS] [-r ROUNDS] CELLBOX [BWRAP]: in rotation, each as a process of
 * its own (vfork) in a mount namespace of its own, made by itself: BINDS (1000)
 * binds by mount(2), by a plan, by a plan with -R and -o ro, by bwrap; and as
 * many mounts made read-only by one recursive bind. What a new namespace and
 * `true` cost is measured, too, and taken off. Medians, and of the ratios to
 * mount(2) in each round. Root.
 */
#include "../helper/helper.h"

#include <limits.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>

enum { NOTHING, BARE, EMPTY, PLAN, ROOTED, BWRAP, DEEP, KINDS };

static const char *const names[] = {
	"",
	"mount(2)",
	"",
	"nsmount -F",
	"nsmount -R -F, ro",
	"bwrap --bind",
	"-o ro rbind of all",
};

static char dir[PATH_MAX], self[PATH_MAX], *cellbox, *bwrap;
static int binds = 1000, rounds = 15;

static void path(char *to, const char *what, int i)
{
	snprintf(to, PATH_MAX, "%.200s/%s/%d", dir, what, i);
}

static void write_plan(const char *name, const char *format)
{
	char file[PATH_MAX];
	FILE *f;

	snprintf(file, sizeof(file), "%.200s/%s", dir, name);
	f = fopen(file, "w");
	for (int i = 0; f && i < binds; i++)
		fprintf(f, format, dir, *name == 'r' ? "" : dir, i);
	if (!f || fclose(f))
		exit(125);
}

/* The child itself: plan --bare DIR BINDS */
static int bare(char **argv)
{
	char from[PATH_MAX], to[PATH_MAX];

	snprintf(dir, sizeof(dir), "%s", argv[0]);
	snprintf(from, sizeof(from), "%.200s/s", dir);
	if (unshare(CLONE_NEWNS) ||
	    mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL))
		return 125;
	for (int i = 0; i < atoi(argv[1]); i++) {
		path(to, "t", i);
		if (mount(from, to, NULL, MS_BIND, NULL))
			return 125;
	}
	return 0;
}

static double measure(int kind, char **argv)
{
	double begin = now();
	int status;
	pid_t pid = vfork();

	if (!pid) {
		execv(argv[0], argv);
		_exit(127);
	}
	if (waitpid(pid, &status, 0) != pid || status) {
		fprintf(stderr, "plan: '%s' gave %x\n", names[kind], status);
		exit(125);
	}
	return (now() - begin) * 1e6;
}

static int order(const void *a, const void *b)
{
	double d = *(const double *)a - *(const double *)b;

	return (d > 0) - (d < 0);
}

static double median(double *x)
{
	qsort(x, (size_t)rounds, sizeof(*x), order);
	return x[rounds / 2];
}

static char **words(int kind)
{
	static char *w[KINDS][64 + 3 * 4096], text[12];
	static char plan[PATH_MAX], rooted[PATH_MAX], s[PATH_MAX], t[PATH_MAX];
	char to[PATH_MAX];
	char *unshare_m[] = {cellbox, (char *)"unshare", (char *)"-m"};
	int n = 0;

	snprintf(text, sizeof(text), "%d", kind == NOTHING ? 0 : binds);
	snprintf(plan, sizeof(plan), "%.200s/plan", dir);
	snprintf(rooted, sizeof(rooted), "%.200s/rooted", dir);
	snprintf(s, sizeof(s), "%.200s/s", dir);
	snprintf(t, sizeof(t), "%.200s/t", dir);
#define ADD(word) (w[kind][n++] = strdup(word))
	if (kind == NOTHING || kind == BARE) {
		ADD(self), ADD("--bare"), ADD(dir), ADD(text);
	} else if (kind == BWRAP) {
		ADD(bwrap), ADD("--dev-bind"), ADD("/"), ADD("/");
		for (int i = 0; i < binds; i++) {
			path(to, "t", i);
			ADD("--bind"), ADD(s), ADD(to);
		}
		ADD("/bin/true");
	} else {
		for (; n < 3; n++)
			w[kind][n] = unshare_m[n];
		if (kind == PLAN)
			ADD("nsmount"), ADD("-F"), ADD(plan);
		if (kind == ROOTED)
			ADD("nsmount"), ADD("-R"), ADD(dir), ADD("-F"),
				ADD(rooted);
		if (kind == DEEP)
			ADD("nsmount"), ADD("-F"), ADD(plan), ADD("nsmount"),
				ADD("-o"), ADD("ro"), ADD("rbind"), ADD(t),
				ADD(s);
		ADD("/bin/true");
	}
	return w[kind];
}

int main(int argc, char **argv)
{
	static double us[KINDS][256], ratio[KINDS][256];
	char to[PATH_MAX];
	int opt;

	if (argc == 4 && !strcmp(argv[1], "--bare"))
		return bare(argv + 2);
	while ((opt = getopt(argc, argv, "n:r:")) > 0)
		*(opt == 'n' ? &binds : &rounds) = atoi(optarg);
	cellbox = argv[optind];
	bwrap = cellbox ? argv[optind + 1] : NULL;
	if (!cellbox || binds < 1 || binds > 4000 || rounds < 1 ||
	    rounds > 255 ||
	    readlink("/proc/self/exe", self, sizeof(self) - 1) < 0)
		return 125;
	snprintf(dir, sizeof(dir), "/tmp/cellbox-bench.XXXXXX");
	if (!mkdtemp(dir))
		return 125;
	for (int i = -2; i < binds; i++) {
		snprintf(to, sizeof(to), "%.200s/%s", dir, i == -2 ? "s" : "t");
		if (i >= 0)
			path(to, "t", i);
		mkdir(to, 0755);
	}
	write_plan("plan", "bind %s/s %s/t/%d\n");
	write_plan("rooted", "-o ro bind %s/s %s/t/%d\n");
	for (int r = 0; r < rounds; r++) {
		for (int k = 0; k < KINDS; k++)
			if (k != BWRAP || bwrap)
				us[k][r] = measure(k, words(k));
		for (int k = BARE; k < KINDS; k++) {
			us[k][r] -= us[k == BARE ? NOTHING : EMPTY][r];
			if (k == DEEP)
				us[k][r] -= us[PLAN][r];
			ratio[k][r] = us[k][r] / us[BARE][r];
		}
	}
	for (int k = BARE; k < KINDS; k++)
		if (*names[k] && (k != BWRAP || bwrap))
			printf("%-20s %8.0f us  %5.2f\n", names[k],
			       median(us[k]), median(ratio[k]));
	fflush(stdout);
	execlp("rm", "rm", "-rf", dir, NULL);
	return 125;
}
