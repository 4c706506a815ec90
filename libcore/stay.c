/* stay.c - fork in two; the parent stays, forwards signals and reaps
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Theory of operation: all signals were blocked before the first step acted
 * (chain), so none is lost over a fork: the parent reads them from a signalfd.
 * Its words to the child, and the child's to it, are struct hello_message.
 */
#include "stay.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cap.h"
#include "chain.h"
#include "err.h"
#include "ns.h"
#include "proc.h"
#include "sys.h"
#include "why.h"

#define KILL_AFTER_MS 1000 /* a refused child */

static void begin(struct stay *s, int init)
{
	*s = (struct stay){.listens = HELLO_STANDS,
			   .init = init,
			   .grace = -1,
			   .keep_fd = {-1, -1, -1},
			   .sigfd = -1};
	for (int i = 0; i < STAY_POLL; i++)
		s->poll[i].fd = -1;
}

int stay_fork_into(struct stay *s, int kinds, int init, int death, int cgroup)
{
	char why[WHY_SIZE], names[NS_NAMES];
	int pair[2];

	begin(s, init);
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, pair))
		die("make a socket pair: %m");
	s->child = sys_clone(kinds, cgroup);
	if (s->child < 0 && cgroup >= 0) {
		kinds &= ~CLONE_NEWCGROUP; /* its root is to be that cgroup */
		s->to_be_moved = 1;
		s->child = sys_clone(kinds, -1);
	}
	if (s->child < 0 && kinds)
		die("clone '%s': %m%s", ns_names(names, kinds),
		    why_namespaces(why, kinds));
	if (s->child < 0)
		die("fork: %m%s", why_fork(why));
	if (s->child) { /* what stays closes the child's end with the rest */
		s->hello = pair[0];
		s->childs_end = pair[1];
		return 0;
	}
	close(pair[0]);
	if (hello_add(chain_hello(), pair[1]))
		die("too many steps that wait in one sentence");
	if (death != STAY_FREE && chain_die_with_parent(death))
		die("die with the parent: %m");
	return 1;
}

int stay_fork(struct stay *s, int kinds, int init, int death)
{
	return stay_fork_into(s, kinds, init, death, -1);
}

void stay_await(void)
{
	if (hello_await(chain_hello()))
		die("wait for the parent: %m");
}

static int say(struct stay *s, enum hello_word word)
{
	const struct hello_message m = {.word = word};

	/* EPIPE: the child is gone, which its status will tell. */
	return send(s->hello, &m, sizeof(m), MSG_NOSIGNAL) < 0 && errno != EPIPE
		       ? -1
		       : 0;
}

static int guard(const struct stay *s)
{
	int keep[STAY_POLL + 5] = {s->hello, s->sigfd, s->keep_fd[0],
				   s->keep_fd[1], s->keep_fd[2]};

	for (int i = 0; i < STAY_POLL; i++)
		keep[5 + i] = s->poll[i].fd;
	return proc_guard(keep, STAY_POLL + 5, s->caps | CAPS_KILL);
}

static int stand(struct stay *s)
{
	const int yes = 1;

	s->sigfd = sys_signalfd(-1, ~0ULL);
	if (s->sigfd < 0)
		return -1;
	if (s->listens != HELLO_STANDS &&
	    setsockopt(s->hello, SOL_SOCKET, SO_PASSCRED, &yes, sizeof(yes)))
		return -1;
	/* Those of a terminal that came before the fork: the child had none. */
	stay_take_signals(s);
	if (s->wards && proc_ward())
		return -1;
	if (s->keeps_all)
		close(s->childs_end);
	if (chain_stays(s->keeps_all) || (!s->keeps_all && guard(s)))
		return -1;
	if (s->wards)
		proc_wipe(chain_first_word(), chain_name());
	if (say(s, s->listens))
		return -1;
	return s->listens == HELLO_STANDS ? chain_goes_quiet() : 0;
}

int stay_stand(struct stay *s)
{
	if (!stand(s))
		return 0;
	complain("wait for the jail: %m");
	stay_refuse(s);
	return -1;
}

int stay_answer(struct stay *s)
{
	if (!say(s, HELLO_ANSWER))
		return 0;
	complain("answer the jail: %m");
	stay_refuse(s);
	return -1;
}

void stay_close(struct stay *s)
{
	close(s->hello);
	close(s->sigfd);
}

void stay_end(struct stay *s)
{
	if (s->killed == SIGKILL && s->fatal)
		_exit(STATUS_SIGNAL + s->fatal);
	if (s->killed && !s->ready)
		die("process %d was killed by signal %d before the program ran",
		    s->child, s->killed);
	_exit(s->status);
}

void stay_wait(struct stay *s)
{
	s->wards = chain_root_is_foreign();
	if (stay_stand(s))
		_exit(STATUS_FAILED);
	while (stay_next(s) != STAY_ENDED)
		;
	stay_end(s);
}

/* Closed, our end of the pair stops the child where it waits for us, as it must
 * before the program: KILL, which would leave those that it waits for itself,
 * comes only after a second. What is left falls to us. */
void stay_refuse(struct stay *s)
{
	prctl(PR_SET_CHILD_SUBREAPER, 1UL, 0UL, 0UL, 0UL);
	close(s->hello);
	for (int ms = 0; ms < KILL_AFTER_MS;) {
		pid_t pid = waitpid(-1, NULL, WNOHANG);

		if (pid < 0 && errno == ECHILD)
			return;
		if (pid <= 0)
			ms += !poll(NULL, 0, 1);
	}
	kill(s->child, SIGKILL);
	while (waitpid(-1, NULL, 0) > 0 || errno == EINTR)
		;
}
