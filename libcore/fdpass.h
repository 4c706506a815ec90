/* fdpass.h - what a jail holds open over a unix socket
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Ours is SOCK_SEQPACKET: the client asks, the server answers in one message
 * with descriptors and closes. uWSGI's is SOCK_STREAM: the server sends, unasked,
 * and closes. The frames are wire.h's.
 */
#ifndef FDPASS_H
#define FDPASS_H

#include <sys/socket.h>
#include <sys/un.h>

#include "jail.h"

/* How long a client waits for the server, in seconds */
#define FDPASS_DEADLINE 10

/* Where a server listens */
struct fdpass_place {
	const char *path; /* @NAME: abstract, unix(7) */
	int uwsgi;
	uint32_t mode;	   /* of the file, from birth */
	uint32_t uid, gid; /* to whom it is given; ~0U: as it is */
};

/* The address of a path. Its length; 0 and ENAMETOOLONG or ENOENT. */
socklen_t fdpass_address(struct sockaddr_un *a, const char *path);

/* A listening socket, non-blocking. A stale one of ours, that nobody serves, is
 * replaced. -1 after telling what failed; then no file is left. */
int fdpass_listen(const struct fdpass_place *p);

/* Takes a request off a connection. What is wanted; -1: there is none (EAGAIN),
 * or not one of ours (EPROTO). */
int fdpass_request(int fd);
/* Sends what was wanted, of what is there; in uWSGI's frame, which has no names,
 * namespaces alone. Who does not read is not waited for. 0, or -1 and errno. */
int fdpass_answer(int fd, const struct jail *j, int wanted, int uwsgi);

/* Whom to ask, and for what */
struct fdpass_asked {
	const char *path;
	uint32_t trust; /* a uid that may serve it, besides root and our own */
	int wait;	/* seconds, until somebody serves it */
	int wanted;	/* CLONE_NEW* and JAIL_BIT */
};

/* Connects and takes the jail: each descriptor was checked to be what it was
 * said to be and asked for. Of a uWSGI server the limits are not known. INT, TERM, HUP
 * and QUIT end the process meanwhile. Dies. */
void fdpass_ask(const struct fdpass_asked *a, struct jail *j);

#endif
