/* main.c - read the sentence, then act it
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A trampoline: it finds the applet that a word names, runs it, and goes on
 * with the words that are left. The only place that executes one of them.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <poll.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/stat.h>
#include <unistd.h>

#include "chain.h"
#include "err.h"
#include "fmt.h"
#include "sys.h"
#include "why.h"

/* Every applet there ever was; of one left out of this build, the name alone. */
#define BUILT(id, word) extern const struct applet applet_##id;
#define ABSENT(id, word)
#include "applets.def"
#undef BUILT
#undef ABSENT

static const struct {
	const char *name;
	const struct applet *applet;
} table[] = {
#define BUILT(id, word)	 {word, &applet_##id},
#define ABSENT(id, word) {word, NULL},
#include "applets.def"
	{NULL, NULL},
};

static const char *base(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* The applet of this name, or NULL. Dies if it was left out of this build: a
 * program of that name may come from a root that nobody trusts. */
static const struct applet *find(const char *word)
{
	for (int i = 0; table[i].name; i++) {
		if (strcmp(table[i].name, word))
			continue;
		if (!table[i].applet)
			die("'%s' is not in this cellbox", word);
		return table[i].applet;
	}
	return NULL;
}

/* The steps of the sentence; returns the program's words, or NULL if all is
 * done. */
static char **walk(char **argv)
{
	const struct applet *applet;

	while (argv && *argv && (applet = find(*argv))) {
		chain_step(applet, argv);
		argv = applet->run(argv + 1);
	}
	if (argv && *argv && **argv == '-')
		die("'%s' stands where a step or a program should", *argv);
	return argv;
}

static void read_sentence(enum chain_walk how, char *first, char **argv)
{
	char **rest;

	chain_begin(how, first);
	rest = walk(argv);
	if (rest && !*rest)
		die("a program is missing at the end");
	if (rest && how == CHAIN_PRINT)
		fmt_words(STDOUT_FILENO, "", rest, NULL);
}

static int act_sentence(enum chain_walk how, char *first, char **argv)
{
	char why[WHY_SIZE];
	int status;

	chain_begin(how, first);
	if (chain_block())
		die("block signals: %m");
	argv = walk(argv);
	if (!argv)
		return 0;
	chain_step(NULL, argv);
	if (how == CHAIN_TRACE)
		fmt_words(STDERR_FILENO, "+ ", argv, NULL);
	status = chain_execute(argv);
	die_status(status, "run '%s': %m%s", *argv, why_exec(why, *argv));
}

static void list(struct fmt *f)
{
	for (int i = 0; table[i].name; i++) {
		const struct applet *a = table[i].applet;

		if (!a)
			continue;
		fmt_add(f, "  %s", a->name);
		for (size_t n = strlen(a->name); n < 12; n++)
			fmt_add(f, " ");
		for (const char *c = a->brief; *c && *c != '\n'; c++)
			fmt_add(f, "%c", *c);
		fmt_add(f, "\n");
	}
}

static int help(void)
{
	struct fmt f = {.fd = STDOUT_FILENO};

	fmt_add(&f,
		"cellbox " CELLBOX_VERSION ": a jail is a sentence of words\n\n"
		"Usage: cellbox [-n | -x] STEP... [PROGRAM [ARG...]]\n"
		"       cellbox --install [-s] DIR | --help | --version\n\n"
		"  -n   read the sentence only, and print its steps\n"
		"  -x   say each step before it acts\n\nSteps:\n");
	list(&f);
	fmt_add(&f,
		"\nRules of the sentence:\n"
		"1. A word without a slash that names a step is that step; any "
		"other word is\n   a program, found by PATH, and ends the "
		"sentence.\n"
		"2. A step takes its options, then a number of operands that its "
		"name fixes.\n   `--` after them is allowed and dropped.\n"
		"3. Where a step forks, the child goes on with the sentence; the "
		"parent waits,\n   forwards signals and ends as the child "
		"ended.\n"
		"4. A failed step ends the sentence: one line on stderr, status "
		"125, no program.\n"
		"5. A program may be missing only behind unshare, nsenter, "
		"nsclone or setns-join\n   (then $SHELL), with setns-serve "
		"--target, or if all steps are nsmount or\n   pivot_root, "
		"after joins or none.\n");
	fmt_flush(&f);
	return 0;
}

/* The path of this binary: where /proc is not mounted, as it was called. */
static void own_path(char *path, size_t size, const char *called)
{
	ssize_t n = readlink("/proc/self/exe", path, size - 1);

	if (n < 0 &&
	    (!strchr(called, '/') || fmt_str(path, size, "%s", called)))
		die("--install: /proc is not mounted: call cellbox by its path");
	if (n >= 0)
		path[n] = 0;
}

static int is_same(const char *a, const char *b)
{
	struct stat x, y;

	return !stat(a, &x) && !stat(b, &y) && x.st_dev == y.st_dev &&
	       x.st_ino == y.st_ino;
}

/* A link for every applet that is built; one that is there already is fine if
 * it leads here. */
static int install(char **argv, const char *called)
{
	int symbolic = *argv && !strcmp(*argv, "-s");
	const char *dir = argv[symbolic];
	char self[PATH_MAX], path[PATH_MAX];

	if (!dir || argv[symbolic + 1])
		die("--install: one directory is wanted (usage: cellbox "
		    "--install [-s] DIR)");
	own_path(self, sizeof(self), called);
	for (int i = 0; table[i].name; i++) {
		if (!table[i].applet)
			continue;
		if (fmt_str(path, sizeof(path), "%s/%s", dir, table[i].name) ||
		    ((symbolic ? symlink(self, path) : link(self, path)) &&
		     (errno != EEXIST || !is_same(self, path))))
			die("link '%s' '%s': %m", self, path);
	}
	return 0;
}

/* A pair of sockets in the place of a closed 0, 1 or 2 would be taken for it. */
static void fill_standard(void)
{
	struct pollfd fds[3] = {{.fd = 0}, {.fd = 1}, {.fd = 2}};

	if (poll(fds, 3, 0) <= 0)
		return;
	for (int fd = 0; fd < 3; fd++)
		if (fds[fd].revents & POLLNVAL &&
		    open("/dev/null", fd ? O_WRONLY : O_RDONLY) != fd)
			die("fill the closed descriptor %d with '/dev/null': "
			    "%m",
			    fd);
}

int main(int argc, char **argv)
{
	enum chain_walk how = CHAIN_ACT;
	char *called = *argv;

	if (getauxval(AT_SECURE))
		die("refuses to run with privileges its caller does not have "
		    "(set-user-ID, set-group-ID or file capabilities)");
	if (!argc)
		die("argv[0] is missing");
	fill_standard();
	*argv = (char *)base(called);
	if (!find(*argv)) {
		argv++;
		if (!*argv || !strcmp(*argv, "--help"))
			return help();
		if (!strcmp(*argv, "--version")) {
			struct fmt f = {.fd = STDOUT_FILENO};

			fmt_add(&f, "cellbox " CELLBOX_VERSION "\n");
			fmt_flush(&f);
			return 0;
		}
		if (!strcmp(*argv, "--install"))
			return install(argv + 1, called);
		if (!strcmp(*argv, "-n") || !strcmp(*argv, "-x"))
			how = (*argv++)[1] == 'n' ? CHAIN_PRINT : CHAIN_TRACE;
		if (how != CHAIN_ACT && !*argv)
			die("a sentence is missing behind %s", argv[-1]);
	}
	read_sentence(how == CHAIN_PRINT ? CHAIN_PRINT : CHAIN_READ, called,
		      argv);
	return how == CHAIN_PRINT ? 0 : act_sentence(how, called, argv);
}
