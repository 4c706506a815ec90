/* server.c - hand a jail's namespaces to every client that may have them
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "server.h"

#include <errno.h>
#include <poll.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include "err.h"
#include "fdpass.h"
#include "sys.h"

#define CLIENT_SECONDS 10 /* in which it has to ask */
#define EVENTS	       32

int server_open(struct server *sv, const char *path, int uwsgi)
{
	sv->path = path;
	sv->uwsgi = uwsgi;
	sv->clients = 0;
	jail_clear(&sv->jail);
	for (int i = 0; i < SERVER_CLIENTS; i++)
		sv->client[i].fd = -1;
	sv->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (sv->epoll < 0) {
		complain("wait for clients: %m");
		return -1;
	}
	sv->sock = fdpass_listen(path, uwsgi);
	if (sv->sock < 0)
		return -1;
	if (!lstat(path, &sv->st))
		return 0;
	complain("'%s': %m", path);
	unlink(path);
	return -1;
}

/* 0, or -1 and errno */
static int remove_socket(const struct server *sv)
{
	struct stat st;

	if (lstat(sv->path, &st))
		return errno == ENOENT ? 0 : -1;
	if (st.st_dev != sv->st.st_dev || st.st_ino != sv->st.st_ino)
		return 0; /* another's by now */
	return unlink(sv->path);
}

void server_close(struct server *sv)
{
	/* What there was no memory for may work the second time. */
	for (int tries = 0; tries < 2; tries++)
		if (!remove_socket(sv))
			return;
	complain("remove '%s': %m", sv->path);
}

/* Events carry the row of the client, or SERVER_CLIENTS for the socket. */
static int watch(struct server *sv, int fd, int row)
{
	struct epoll_event event = {.events = EPOLLIN, .data.u32 = row};

	return epoll_ctl(sv->epoll, EPOLL_CTL_ADD, fd, &event);
}

int server_start(struct server *sv)
{
	return watch(sv, sv->sock, SERVER_CLIENTS);
}

static long now(void)
{
	return sys_now() / 1000;
}

static void drop(struct client *c)
{
	close(c->fd);
	c->fd = -1;
}

/* A free row: closes those whose time is up, and the oldest if all are taken,
 * or if force. -1: there is nobody to close. */
static int free_row(struct server *sv, int force)
{
	long t = now();
	int row = -1, oldest = -1;

	for (int i = 0; i < SERVER_CLIENTS; i++) {
		struct client *c = sv->client + i;

		if (c->fd >= 0 && t - c->since >= CLIENT_SECONDS)
			drop(c);
		if (c->fd < 0)
			row = i;
		else if (oldest < 0 || c->number < sv->client[oldest].number)
			oldest = i;
	}
	if ((row < 0 || force) && oldest >= 0)
		drop(sv->client + (row = oldest));
	return force && oldest < 0 ? -1 : row;
}

static int may_have(const struct server *sv, int fd)
{
	struct ucred peer;
	socklen_t size = sizeof(peer);

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &size)) {
		complain("'%s': ask who a client is: %m", sv->path);
		return 0;
	}
	if (fdpass_is_own(peer.uid))
		return 1;
	complain("'%s': refused to uid %u, process %d", sv->path, peer.uid,
		 peer.pid);
	return 0;
}

static void welcome(struct server *sv, int fd)
{
	int row;

	if (!may_have(sv, fd)) {
		close(fd);
		return;
	}
	if (sv->uwsgi) {
		if (fdpass_answer_uwsgi(fd, &sv->jail))
			complain("'%s': answer a client: %m", sv->path);
		close(fd);
		return;
	}
	row = free_row(sv, 0);
	sv->client[row] = (struct client){fd, now(), sv->clients++};
	if (watch(sv, fd, row)) {
		complain("'%s': wait for a client: %m", sv->path);
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
	complain("'%s': accept a client: %m", sv->path);
	poll(NULL, 0, 100);
}

static void serve(struct server *sv, struct client *c)
{
	int kinds;

	if (c->fd < 0)
		return;
	kinds = fdpass_request(c->fd);
	if (kinds < 0 && errno == EAGAIN)
		return;
	if (kinds < 0 && errno != EPROTO && errno != ECONNRESET)
		complain("'%s': read a request: %m", sv->path);
	if (kinds >= 0 && fdpass_answer(c->fd, &sv->jail, kinds))
		complain("'%s': answer a client: %m", sv->path);
	drop(c);
}

void server_turn(struct server *sv)
{
	struct epoll_event events[EVENTS];
	int n = epoll_wait(sv->epoll, events, EVENTS, 0);

	for (int i = 0; i < n; i++)
		if (events[i].data.u32 == SERVER_CLIENTS)
			accept_one(sv);
		else
			serve(sv, sv->client + events[i].data.u32);
}
