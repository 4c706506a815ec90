/* handout.c - the life of who serves a jail
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: the child goes on with the sentence once the socket is
 * bound; the parent stays outside of the jail. When the last process says hello,
 * the parent opens its namespaces (--preopen: it has its own opened before the
 * child went on), and from then on hands them to every client that may have them,
 * until the jail ends; with --hold until a signal ends it.
 */
#include "handout.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "cap.h"
#include "err.h"
#include "proc.h"
#include "sys.h"

/* Before it serves, all that we have: who has no CAP_SYS_PTRACE may open a
 * process of no more capabilities. */
#define CAPS_OPENING (~0ULL)

_Noreturn static void give_up(struct stay *s, struct server *sv)
{
	stay_refuse(s);
	server_close(sv);
	_exit(STATUS_FAILED);
}

/* --preopen: what a later step replaced is named. */
static void compare(struct server *sv, pid_t program)
{
	char names[NS_NAMES];
	struct jail now;
	int kinds = 0;

	if (jail_open(&now, program, jail_kinds(&sv->jail))) {
		if (errno != ESRCH)
			warn("--preopen: what later steps replaced cannot be "
			     "seen: %m");
		return;
	}
	for (int i = 0; i < NS_KINDS; i++)
		if (now.fd[i] >= 0 && !jail_is_same(now.fd[i], sv->jail.fd[i]))
			kinds |= ns_table[i].kind;
	jail_close(&now, JAIL_ALL);
	if (kinds)
		warn("--preopen: served as they were, but a later step replaced: "
		     "%s",
		     ns_names(names, kinds));
}

/* The jail stands: who said hello shows its namespaces. */
static void open_jail(struct stay *s, struct server *sv, int preopen)
{
	if (preopen) {
		compare(sv, s->program);
	} else if (jail_open(&sv->jail, s->program, sv->serves)) {
		if (errno == ESRCH)
			return; /* killed meanwhile, which its end will tell */
		complain("open the namespaces of process %d: %m", s->program);
		give_up(s, sv);
	}
	sv->jail.limits = s->limits;
	sv->jail.known = 1;
	if (cap_keep_only(HANDOUT_CAPS | CAPS_KILL) || server_start(sv)) {
		complain("serve '%s': %m", sv->place.path);
		give_up(s, sv);
	}
	if (stay_answer(s)) {
		server_close(sv);
		_exit(STATUS_FAILED);
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

/* Until a signal comes, or the process of pid (0: none) ends */
void handout_until(struct server *sv, int sigfd, pid_t pid)
{
	int pidfd = pid ? sys_pidfd_open(pid) : -1, sig = 0;

	while (!sig && (!pid || !kill(pid, 0) || errno == EPERM)) {
		struct pollfd fds[] = {
			{.fd = sigfd, .events = POLLIN},
			{.fd = sv->epoll, .events = POLLIN},
			{.fd = pidfd, .events = POLLIN},
		};

		poll(fds, 3, pid && pidfd < 0 ? 1000 : -1);
		sig = ends_by(sigfd);
		server_turn(sv);
		if (fds[2].revents)
			break;
	}
	server_close(sv);
	_exit(sig ? STATUS_SIGNAL + sig : 0);
}

/* Its own namespaces, before the child goes on; the guard that keeps them open
 * is done when it stands. */
static int open_own(struct stay *s, struct server *sv)
{
	int keep[JAIL_FDS + 4];

	if (jail_open(&sv->jail, getpid(),
		      sv->serves & ~JAIL_BIT(JAIL_PIDFD))) {
		complain("--preopen: open our own namespaces: %m");
		stay_refuse(s);
		return -1;
	}
	s->keeps_all = 1;
	if (stay_stand(s))
		return -1;
	memcpy(keep, sv->jail.fd, sizeof(sv->jail.fd));
	memcpy(keep + JAIL_FDS,
	       (int[]){s->hello, s->sigfd, sv->sock, sv->epoll},
	       4 * sizeof(int));
	if (!proc_guard(keep, JAIL_FDS + 4, CAPS_OPENING))
		return 0;
	complain("guard the server: %m");
	stay_refuse(s);
	return -1;
}

void handout_step(struct stay *s, struct server *sv, int preopen, int hold)
{
	if (server_open(sv)) {
		stay_refuse(s);
		_exit(STATUS_FAILED);
	}
	s->listens = HELLO_OPENS;
	s->caps = CAPS_OPENING;
	s->poll[0] = (struct pollfd){.fd = sv->epoll, .events = POLLIN};
	s->keep_fd[0] = sv->sock;
	if (preopen ? open_own(s, sv) : stay_stand(s)) {
		server_close(sv);
		_exit(STATUS_FAILED);
	}
	for (;;)
		switch (stay_next(s)) {
		case STAY_HELLO:
			open_jail(s, sv, preopen);
			break;
		case STAY_FD:
			server_turn(sv);
			break;
		default:
			break;
		case STAY_ENDED:
			if (hold && s->ready)
				handout_until(sv, s->sigfd, 0);
			server_close(sv);
			stay_end(s);
		}
}
