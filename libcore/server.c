/* server.c - hand a jail to every client that may have it
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "server.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include "err.h"
#include "sys.h"

#define EVENTS	    32
#define ROUNDS	    64	  /* in a turn */
#define TOLD_MOST   10	  /* lines in so many milliseconds */
#define TOLD_WITHIN 10000 /* ms */

/* Events carry the row of the client, or one of these. */
enum { ROW_SOCK = SERVER_CLIENTS, ROW_TIMER };

static int watch(struct server *sv, int fd, int row)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = row};

	return epoll_ctl(sv->epoll, EPOLL_CTL_ADD, fd, &event);
}

int server_start(struct server *sv)
{
	/* The soft limit also counts what is on its way to clients that do not
	 * read (unix(7), ETOOMANYREFS). */
	sys_raise_files();
	sv->timer = timerfd_create(CLOCK_MONOTONIC, TFD_CLOEXEC | TFD_NONBLOCK);
	sv->spare = fcntl(sv->epoll, F_DUPFD_CLOEXEC, 0);
	if (sv->timer < 0 || sv->spare < 0 || watch(sv, sv->timer, ROW_TIMER))
		return -1;
	return watch(sv, sv->sock, ROW_SOCK);
}

/* A line may be told: a client must not fill a log, nor stop the server where
 * nobody reads what it tells. */
static int may_tell(struct server *sv)
{
	struct pollfd err = {.fd = STDERR_FILENO, .events = POLLOUT};
	int64_t t = sys_now();
	int untold = sv->untold;

	if (t - sv->told_since >= TOLD_WITHIN) {
		sv->told_since = t;
		sv->told = sv->untold = 0;
	} else {
		untold = 0;
	}
	if (sv->told >= TOLD_MOST || poll(&err, 1, 0) <= 0) {
		sv->untold++;
		return 0;
	}
	if (untold)
		complain("'%s': %d lines like these were left out",
			 sv->place.path, untold);
	sv->told++;
	return 1;
}

static void tell(struct server *sv, const char *act)
{
	int err = errno;

	if (!may_tell(sv))
		return;
	errno = err;
	complain("'%s': %s: %m", sv->place.path, act);
}

static void drop(struct client *c)
{
	close(c->fd);
	c->fd = -1;
}

/* Closes those whose time is up. The oldest row of the rest, and a free one; -1:
 * there is none. */
static void look_over(struct server *sv, int *oldest, int *row)
{
	int64_t t = sys_now();

	*oldest = *row = -1;
	for (int i = 0; i < SERVER_CLIENTS; i++) {
		struct client *c = sv->client + i;

		if (c->fd >= 0 && c->due <= t)
			drop(c);
		if (c->fd < 0)
			*row = i;
		else if (*oldest < 0 || c->number < sv->client[*oldest].number)
			*oldest = i;
	}
}

/* The timer runs out in so many milliseconds; 0: never. */
static void set_timer(struct server *sv, int64_t ms)
{
	const struct itimerspec t = {
		.it_value = {.tv_sec = ms / 1000,
			     .tv_nsec = ms % 1000 * 1000000},
	};

	sv->armed = !!ms;
	timerfd_settime(sv->timer, 0, &t, NULL);
}

/* It ran out: it is set for the oldest that is left. */
static void time_up(struct server *sv)
{
	int oldest, row;

	look_over(sv, &oldest, &row);
	set_timer(sv, oldest < 0 ? 0 : sv->client[oldest].due - sys_now() + 1);
}

/* A free row; the oldest makes room if all are taken, or if force. -1: there is
 * nobody to close. */
static int free_row(struct server *sv, int force)
{
	int row, oldest;

	look_over(sv, &oldest, &row);
	if ((row < 0 || force) && oldest >= 0)
		drop(sv->client + (row = oldest));
	return force && oldest < 0 ? -1 : row;
}

static int may_have(struct server *sv, int fd)
{
	struct ucred peer;
	int may = peers_may(&sv->peers, fd, &peer);

	if (may < 0)
		tell(sv, "ask who a client is");
	if (!may && may_tell(sv))
		complain("'%s': refused to uid %u, process %d", sv->place.path,
			 peer.uid, peer.pid);
	return may > 0;
}

/* With no descriptor left the spare one makes room for the question. */
static int is_there(struct server *sv, int fd)
{
	int there = peers_is_there(fd);

	if (there >= 0)
		return there;
	close(sv->spare);
	there = peers_is_there(fd);
	if (there < 0)
		tell(sv, "ask whether a client is there");
	sv->spare = fcntl(sv->epoll, F_DUPFD_CLOEXEC, 0);
	return there > 0;
}

static void answer(struct server *sv, int fd, int wanted)
{
	if (!is_there(sv, fd))
		return;
	if (fdpass_answer(fd, &sv->jail, wanted & sv->serves, sv->place.uwsgi))
		tell(sv, "answer a client");
}

static void welcome(struct server *sv, int fd)
{
	int row;

	if (!may_have(sv, fd)) {
		close(fd);
		return;
	}
	if (sv->place.uwsgi) {
		answer(sv, fd, NS_ALL);
		close(fd);
		return;
	}
	row = free_row(sv, 0);
	sv->client[row] = (struct client){fd, sys_now() + SERVER_SECONDS * 1000,
					  sv->clients++};
	if (!sv->armed)
		set_timer(sv, SERVER_SECONDS * 1000);
	if (watch(sv, fd, row)) {
		tell(sv, "wait for a client");
		drop(sv->client + row);
	}
}

/* One a turn: with no descriptor left, accept says EMFILE of an empty queue,
 * too. */
static void accept_one(struct server *sv)
{
	int fd = accept4(sv->sock, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

	if (fd >= 0) {
		welcome(sv, fd);
		return;
	}
	if (errno == EINTR || errno == ECONNABORTED || errno == EAGAIN)
		return;
	/* EMFILE and the like: who waits longest makes room. */
	if ((errno == EMFILE || errno == ENFILE) && free_row(sv, 1) >= 0)
		return;
	tell(sv, "accept a client");
	poll(NULL, 0, 100);
}

static void serve(struct server *sv, struct client *c)
{
	int wanted;

	if (c->fd < 0)
		return;
	wanted = fdpass_request(c->fd);
	if (wanted < 0 && errno == EAGAIN)
		return;
	if (wanted < 0 && errno != EPROTO && errno != ECONNRESET)
		tell(sv, "read a request");
	if (wanted >= 0)
		answer(sv, c->fd, wanted);
	drop(c);
}

/* One round of events; 0: there is none. */
static int turn(struct server *sv)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(sv->epoll, events, EVENTS, 0);

	for (int i = 0; i < n; i++) {
		int at = events[i].data.u32;

		if (at == ROW_SOCK)
			accept_one(sv);
		else if (at == ROW_TIMER)
			time_up(sv);
		else
			serve(sv, sv->client + at);
	}
	return n > 0;
}

void server_turn(struct server *sv)
{
	/* Signals and the jail's own words come between. */
	for (int rounds = 0; rounds < ROUNDS && turn(sv); rounds++)
		;
}
