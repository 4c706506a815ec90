/* server.h - hand a jail's namespaces to every client that may have them
 *
 * SPDX-License-Identifier: 0BSD
 *
 * A client may if it is root or of the server's own uid (SO_PEERCRED). It is
 * sent nothing before it asked (uWSGI's frame: at once) and never waited for; a
 * full table closes the oldest. Clients that come before server_start wait in
 * the socket's queue.
 */
#ifndef SERVER_H
#define SERVER_H

#include <sys/stat.h>

#include "jail.h"

#define SERVER_CLIENTS 256

struct server {
	int epoll; /* readable when server_turn has something to do */
	int sock;
	struct jail jail; /* to be filled before server_start */

	const char *path;
	struct stat st; /* of the socket, to remove no other */
	int uwsgi;
	unsigned long clients; /* so far: the next one's number */
	struct client {
		int fd;	    /* -1: free */
		long since; /* seconds */
		unsigned long number;
	} client[SERVER_CLIENTS];
};

/* Binds the socket. 0, or -1 after telling what failed. */
int server_open(struct server *sv, const char *path, int uwsgi);
/* From now on clients are served. 0, or -1 and errno. */
int server_start(struct server *sv);
/* Does what there is to do, without waiting. */
void server_turn(struct server *sv);
/* Removes the socket. */
void server_close(struct server *sv);

#endif
