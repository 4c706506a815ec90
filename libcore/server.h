/* server.h - hand a jail to every client that may have it
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A client is sent nothing before it asked (uWSGI's frame: at once) and never
 * waited for; it has so many seconds to ask, and a full table closes the oldest
 * that has not. Clients that come before server_start wait in the socket's
 * queue.
 */
#ifndef SERVER_H
#define SERVER_H

#include <sys/stat.h>

#include "fdpass.h"
#include "jail.h"
#include "peers.h"

#define SERVER_CLIENTS 256
#define SERVER_SECONDS 10 /* in which a client has to ask */

struct server {
	/* to be filled before server_open */
	struct fdpass_place place;
	struct peers peers;
	int serves; /* CLONE_NEW* and JAIL_BIT, at most */
	/* and this before server_start */
	struct jail jail;

	int epoll; /* readable when server_turn has something to do */
	int sock, timer, armed, spare;
	struct stat st;	       /* of the socket, to remove no other */
	unsigned long clients; /* so far: the next one's number */
	int64_t told_since;    /* the lines told since then, */
	int told, untold;      /* and those that were not */
	struct client {
		int fd; /* -1: free */
		int64_t due;
		unsigned long number;
	} client[SERVER_CLIENTS];
};

/* Binds the socket. 0, or -1 after telling what failed. */
int server_open(struct server *sv);
/* From now on clients are served. 0, or -1 and errno. */
int server_start(struct server *sv);
/* Does what there is to do, without waiting. */
void server_turn(struct server *sv);
/* Removes the socket. */
void server_close(struct server *sv);

#endif
