/* setns-serve.c - serve a jail's namespaces over a unix socket
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: as a step it forks; what the parent does then is
 * libcore/handout.c. Stand-alone nothing is forked (but by --detach, whose
 * parent is gone when the socket is served): what is served is that of a
 * process, until it ends, or of files or descriptors.
 */
#include <fcntl.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

#include "cap.h"
#include "chain.h"
#include "detach.h"
#include "err.h"
#include "fmt.h"
#include "handout.h"
#include "jail.h"
#include "num.h"
#include "opt.h"
#include "server.h"
#include "stay.h"
#include "sys.h"
#include "user.h"

struct serve {
	int target, from, uwsgi, hold, preopen, detach, ready;
	const char *only, *skip, *mode, *owner;
	const char *uid[OPT_MANY_MAX + 1], *gid[OPT_MANY_MAX + 1];
	struct opt_fds fds;
	char **files; /* of --from, up to a `--` */
};

/* --- stand-alone ------------------------------------------------------------- */

static void take_namespace(struct jail *j, int fd, const char *word)
{
	int row = fd < 0 ? -1 : jail_take(j, fd);

	if (row == -1)
		die("%s'%s': %m", fd < 0 ? "open " : "not a namespace: ", word);
	if (j->fd[row] != fd)
		die("'%s': a second %s namespace", word, ns_table[row].name);
}

static void open_alone(struct jail *j, const struct serve *o, int serves)
{
	char word[16];

	jail_clear(j);
	if (o->target > 0) {
		if (jail_open(j, o->target, serves))
			die("open the namespaces of process %d: %m", o->target);
		if (jail_read_limits(j, o->target))
			die("read the limits of process %d: %m", o->target);
	}
	for (char **f = o->files; f && strcmp(*f, "--"); f++)
		take_namespace(j, sys_open(AT_FDCWD, *f, O_RDONLY, 0), *f);
	for (int i = 0; i < o->fds.n; i++) {
		fmt_str(word, sizeof(word), "%d", o->fds.fd[i]);
		take_namespace(j, fcntl(o->fds.fd[i], F_DUPFD_CLOEXEC, 3),
			       word);
	}
}

/* Everybody who waits for it hears that the socket is served. */
static void tell_ready(const struct serve *o)
{
	struct fmt f = {.fd = o->ready};

	if (o->ready >= 0) {
		fmt_add(&f, "ready=1\n");
		fmt_flush(&f);
		close(o->ready);
	}
	if (hello_program(chain_hello()))
		_exit(STATUS_FAILED);
	for (int i = 0; i < chain_hello()->n; i++)
		close(chain_hello()->end[i]);
}

_Noreturn static void serve_alone(struct server *sv, const struct serve *o)
{
	int sigfd = sys_signalfd(-1, ~0ULL);
	struct jail jail;

	if (o->ready >= 0 && fcntl(o->ready, F_SETFD, FD_CLOEXEC))
		die("--ready-fd '%d': %m", o->ready);
	open_alone(&jail, o, sv->serves);
	if (o->detach)
		detach(NULL);
	if (server_open(sv)) {
		chain_fail(0);
		_exit(STATUS_FAILED);
	}
	sv->jail = jail;
	if (sigfd < 0 || prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) ||
	    cap_keep_only(HANDOUT_CAPS) || server_start(sv)) {
		complain("serve '%s': %m", sv->place.path);
		server_close(sv);
		_exit(STATUS_FAILED);
	}
	tell_ready(o);
	handout_until(sv, sigfd, o->target > 0 ? o->target : 0);
}

/* --- reading ----------------------------------------------------------------- */

#define AT(member) (void *)offsetof(struct serve, member)
static const struct opt options[] = {
	OPT_NUMBER(0, "target", AT(target), "PID",
		   "serve this process's namespaces, in the foreground"),
	OPT_FLAG(0, "from", AT(from),
		 "serve namespaces by files: FILE... -- SOCKET"),
	OPT_FDS(0, "fd", AT(fds), "serve the namespace of this descriptor"),
	OPT_NUMBER(0, "ready-fd", AT(ready), "FD",
		   "write ready=1 there when the socket is served"),
	OPT_FLAG(0, "detach", AT(detach),
		 "end when it is served; the server stays in the background"),
	OPT_FLAG(0, "hold", AT(hold),
		 "keep the namespaces when the jail has ended"),
	OPT_FLAG(0, "preopen", AT(preopen),
		 "serve the namespaces of this step, not of the jail"),
	OPT_STR(0, "only", AT(only), "LIST", "namespaces to be served"),
	OPT_STR(0, "skip", AT(skip), "LIST", "namespaces not to be served"),
	OPT_MANY(0, "allow-uid", AT(uid), "USER",
		 "serve it, besides root and oneself"),
	OPT_MANY(0, "allow-gid", AT(gid), "GROUP", "serve its members"),
	OPT_STR(0, "mode", AT(mode), "MODE", "of the socket (0600)"),
	OPT_STR(0, "owner", AT(owner), "USER[:GROUP]", "of the socket"),
	OPT_FLAG(0, "uwsgi", AT(uwsgi),
		 "speak uWSGI's protocol (uwsgi --setns SOCKET)"),
	OPT_END,
};

/* The end of the files of --from. Dies. */
static char **end_of_files(char **files)
{
	char **end = files;

	while (*end && strcmp(*end, "--"))
		end++;
	if (!*end || end == files)
		die("--from FILE... needs files, and -- behind them");
	return end + 1;
}

static void check(const struct serve *o, char **rest)
{
	int alone = (o->target >= 0) + o->from + !!o->fds.n;

	if (!o->target)
		die("--target '0': not the number of a process");
	if (alone > 1)
		die("one of --target, --from and --fd");
	if (alone && (o->hold || o->preopen))
		die("--hold and --preopen are for a jail that follows");
	if (!alone && (o->detach || o->ready >= 0))
		die("--detach and --ready-fd need --target, --from or --fd");
	if (alone && *rest)
		die("%s stands alone: '%s' is one word too many",
		    o->from    ? "--from"
		    : o->fds.n ? "--fd"
			       : "--target",
		    *rest);
	if (o->detach && chain_forked())
		die("--detach behind a step that waits: nobody would");
	if (!alone && (chain_made() | chain_joined()) & CLONE_NEWPID)
		die("it has to stay outside of the jail: put setns-serve "
		    "before the step that enters a pid namespace");
}

/* What is served, and where: all that needs no kernel. */
static void plan(struct server *sv, const struct serve *o, const char *path)
{
	int ids = NS_ALL & (o->uwsgi ? ~CLONE_NEWUSER : ~0);
	const char *mode = o->mode;
	uint64_t bits = 0600;

	if (mode && (num_take(&mode, 8, &bits) || *mode || bits > 0777))
		die("--mode '%s': not the mode of a file", o->mode);
	if (*path == '@' && (o->mode || o->owner))
		die("'%s': an abstract socket has neither mode nor owner",
		    path);
	sv->place = (struct fdpass_place){path, o->uwsgi, bits, ~0U, ~0U};
	sv->serves = o->only ? ns_parse(o->only) : ids;
	sv->serves &= o->skip ? ~ns_parse(o->skip) : ~0;
	if (!sv->serves)
		die("--skip leaves nothing to be served");
	if (sv->serves & CLONE_NEWNS)
		sv->serves |= JAIL_BIT(JAIL_ROOT) | JAIL_BIT(JAIL_CWD);
	sv->serves |= JAIL_BIT(JAIL_PIDFD);
}

/* Names are looked up by the host's files only. */
static void find_id(const char *option, const char *word, const char *file,
		    uint32_t *id)
{
	const char *number = word;

	if (chain_root_is_foreign() ? num_take32(&number, 0, id)
				    : user_id(word, file, id))
		die("--%s '%s': not known", option, word);
}

static void find_ids(struct server *sv, const struct serve *o)
{
	char owner[256], *group = owner;

	sv->peers.uids = sv->peers.gids = 0;
	while (o->uid[sv->peers.uids]) {
		int n = sv->peers.uids++;

		find_id("allow-uid", o->uid[n], "/etc/passwd",
			sv->peers.uid + n);
	}
	while (o->gid[sv->peers.gids]) {
		int n = sv->peers.gids++;

		find_id("allow-gid", o->gid[n], "/etc/group",
			sv->peers.gid + n);
	}
	if (!o->owner)
		return;
	if (fmt_str(owner, sizeof(owner), "%s", o->owner))
		die("--owner '%s': %m", o->owner);
	strsep(&group, ":");
	if (*owner || !group)
		find_id("owner", owner, "/etc/passwd", &sv->place.uid);
	if (group)
		find_id("owner", group, "/etc/group", &sv->place.gid);
}

static char **run(char **argv)
{
	struct serve o = {.target = -1, .ready = -1};
	struct server sv;
	const char *path;
	struct stay s;
	int alone, init;

	opt_parse_in(&argv, options, 0, &o);
	if (o.from) {
		o.files = argv;
		argv = end_of_files(argv);
	}
	path = *opt_operands(&argv, 1);
	check(&o, argv);
	plan(&sv, &o, path);
	alone = o.target > 0 || o.from || o.fds.n;
	if (alone)
		argv = chain_or_done(argv);
	init = alone ? 0 : chain_forks(1);
	if (chain_reading(argv))
		return argv;

	find_ids(&sv, &o);
	if (alone)
		serve_alone(&sv, &o);
	if (!stay_fork(&s, 0, init, SIGKILL))
		handout_step(&s, &sv, o.preopen, o.hold);
	stay_await();
	return argv;
}

const struct applet applet_setns_serve = {
	.name = "setns-serve",
	.args = "[OPTIONS] SOCKET STEP... PROGRAM, or [OPTIONS] --target PID "
		"SOCKET",
	.brief = "serve the jail's namespaces over a unix socket",
	.examples = "cellbox setns-serve /run/web.sock nsclone -mpiun "
		    "pivotroot /ns nsinit sh\n"
		    "cellbox setns-serve --target 4711 /run/web.sock\n"
		    "cellbox setns-serve --hold @net nsclone -n true",
	.run = run,
};
