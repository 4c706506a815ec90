/* setns-serve.c - serve a jail's namespaces over a unix socket
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: as a step it forks. The child goes on with the sentence
 * once the socket is bound; the parent stays outside of the jail. When the last
 * process says hello, the parent opens its namespaces, and from then on hands
 * them to every client that may have them, until the jail ends. With --target
 * nothing is forked: the namespaces of that process are served until it ends.
 */
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cap.h"
#include "chain.h"
#include "err.h"
#include "jail.h"
#include "opt.h"
#include "proc.h"
#include "server.h"
#include "stay.h"
#include "sys.h"

/* To remove the socket wherever it could be bound. Before that, all that we
 * have: who has no CAP_SYS_PTRACE may open a process of no more capabilities. */
#define CAPS_SERVING CAPS_DAC_OVERRIDE
#define CAPS_OPENING (~0ULL)

_Noreturn static void give_up(struct stay *s, struct server *sv)
{
	stay_refuse(s);
	server_close(sv);
	_exit(STATUS_FAILED);
}

/* The jail stands: who said hello shows its namespaces. */
static void open_jail(struct stay *s, struct server *sv)
{
	if (jail_open(&sv->jail, s->program, NS_ALL)) {
		if (errno == ESRCH)
			return; /* killed meanwhile, which its end will tell */
		complain("open the namespaces of process %d: %m", s->program);
		give_up(s, sv);
	}
	sv->jail.limits = s->limits;
	sv->jail.known = 1;
	if (cap_keep_only(CAPS_SERVING | CAPS_KILL) || server_start(sv)) {
		complain("serve '%s': %m", sv->path);
		give_up(s, sv);
	}
	if (stay_answer(s)) {
		server_close(sv);
		_exit(STATUS_FAILED);
	}
}

_Noreturn static void serve_step(struct stay *s, const char *path, int uwsgi)
{
	struct server sv;

	if (server_open(&sv, path, uwsgi)) {
		stay_refuse(s);
		_exit(STATUS_FAILED);
	}
	s->listens = HELLO_OPENS;
	s->caps = CAPS_OPENING;
	s->poll[0] = (struct pollfd){.fd = sv.epoll, .events = POLLIN};
	s->keep_fd[0] = sv.sock;
	if (stay_stand(s)) {
		server_close(&sv);
		_exit(STATUS_FAILED);
	}
	for (;;)
		switch (stay_next(s)) {
		case STAY_HELLO:
			open_jail(s, &sv);
			break;
		case STAY_FD:
			server_turn(&sv);
			break;
		default:
			break;
		case STAY_ENDED:
			server_close(&sv);
			stay_end(s);
		}
}

/* The signal that ends the server, or 0 */
static int ends_by(int sigfd)
{
	struct signalfd_siginfo info;

	while (read(sigfd, &info, sizeof(info)) == sizeof(info)) {
		int sig = info.ssi_signo;

		if (sig == SIGTERM || sig == SIGINT || sig == SIGQUIT)
			return sig;
		if (sig == SIGHUP && !sys_ignores(sig))
			return sig;
	}
	return 0;
}

_Noreturn static void serve_target(pid_t pid, const char *path, int uwsgi)
{
	int sigfd = sys_signalfd(-1, ~0ULL), pidfd = sys_pidfd_open(pid);
	struct jail jail;
	struct server sv;
	int sig = 0;

	if (jail_open(&jail, pid, NS_ALL))
		die("open the namespaces of process %d: %m", pid);
	if (jail_read_limits(&jail, pid))
		die("read the limits of process %d: %m", pid);
	if (server_open(&sv, path, uwsgi))
		_exit(STATUS_FAILED);
	sv.jail = jail;
	if (sigfd < 0 || prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) ||
	    cap_keep_only(CAPS_SERVING) || server_start(&sv)) {
		complain("serve '%s': %m", path);
		server_close(&sv);
		_exit(STATUS_FAILED);
	}
	while (!sig && !kill(pid, 0)) {
		struct pollfd fds[] = {
			{.fd = sigfd, .events = POLLIN},
			{.fd = sv.epoll, .events = POLLIN},
			{.fd = pidfd, .events = POLLIN},
		};

		poll(fds, 3, pidfd < 0 ? 1000 : -1);
		sig = ends_by(sigfd);
		server_turn(&sv);
		if (fds[2].revents)
			break;
	}
	server_close(&sv);
	_exit(sig ? STATUS_SIGNAL + sig : 0);
}

static char **run(char **argv)
{
	const char *path;
	int target = -1, uwsgi = 0, init;
	struct stay s;
	const struct opt options[] = {
		OPT_NUMBER(
			0, "target", &target, "PID",
			"serve this process's namespaces, in the foreground"),
		OPT_FLAG(0, "uwsgi", &uwsgi,
			 "speak uWSGI's protocol (uwsgi --setns SOCKET)"),
		OPT_END,
	};

	path = *opt_parse(&argv, options, 1);
	if (!target)
		die("--target '0': not the number of a process");
	if (target > 0) {
		if (*argv)
			die("--target stands alone: '%s' is one word too many",
			    *argv);
		argv = chain_or_done(argv);
	} else if ((chain_made() | chain_joined()) & CLONE_NEWPID) {
		die("it has to stay outside of the jail: put setns-serve "
		    "before the step that enters a pid namespace");
	}
	init = target > 0 ? 0 : chain_forks(1);
	if (chain_reading(argv))
		return argv;

	if (target > 0)
		serve_target(target, path, uwsgi);
	if (!stay_fork(&s, 0, init, SIGKILL))
		serve_step(&s, path, uwsgi);
	stay_await();
	return argv;
}

const struct applet applet_setns_serve = {
	.name = "setns-serve",
	.args = "[--uwsgi] SOCKET STEP... PROGRAM, or [--uwsgi] --target PID "
		"SOCKET",
	.brief = "serve the jail's namespaces over a unix socket",
	.examples = "cellbox setns-serve /run/web.sock nsclone -mpiun "
		    "pivotroot /ns nsinit sh\n"
		    "cellbox setns-serve --target 4711 /run/web.sock",
	.run = run,
};
