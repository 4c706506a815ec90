/* fdpass.h - the namespaces of a jail over a unix socket
 *
 * SPDX-License-Identifier: 0BSD
 *
 * Ours is SOCK_SEQPACKET. The client asks: 8 bytes "cellbox1" and the wanted
 * kinds (CLONE_NEW*, 32 bits, of the host's byte order as all numbers here).
 * The server answers in one message: "cellbox1", the number of namespaces, 8
 * kinds, of which that many are filled, 4 bytes of 0, and struct limits; their descriptors
 * come with it in the same order (SCM_RIGHTS). Then it closes.
 *
 * uWSGI's is SOCK_STREAM: the server sends, unasked, 11 bytes "uwsgi-setns", an
 * int, and that many descriptors without names; then it closes.
 */
#ifndef FDPASS_H
#define FDPASS_H

#include <sys/un.h>

#include "jail.h"

#define FDPASS_MAGIC	 "cellbox1"
#define FDPASS_UWSGI	 "uwsgi-setns"
#define FDPASS_UWSGI_MAX 64 /* as many as its own client takes */

struct fdpass_request {
	char magic[8];
	uint32_t kinds;
};

struct fdpass_answer {
	char magic[8];
	uint32_t n;
	uint32_t kind[NS_KINDS];
	uint32_t zero;
	struct limits limits;
};

struct fdpass_uwsgi {
	char magic[11];
	int n;
} __attribute__((packed));

/* How long a client waits for the server, in seconds */
#define FDPASS_DEADLINE 10

/* A listening socket at path, mode 0600 from birth, non-blocking. A stale one
 * of ours, that nobody serves, is replaced. -1 after telling what failed. */
int fdpass_listen(const char *path, int uwsgi);

/* Takes a request off a connection. The kinds asked for; -1: there is none
 * (EAGAIN), or not one of ours. */
int fdpass_request(int fd);
/* Sends the jail's namespaces of kinds. 0, or -1 and errno. */
int fdpass_answer(int fd, const struct jail *j, int kinds);
/* The same in uWSGI's frame, without the user namespace. */
int fdpass_answer_uwsgi(int fd, const struct jail *j);

/* The address of a path. 0, or -1 and ENAMETOOLONG or ENOENT. */
int fdpass_address(struct sockaddr_un *a, const char *path);

/* A peer of root or of our own uid. The overflow uid is nobody's: who is seen
 * so is not mapped in our user namespace, and as many are not. */
int fdpass_is_own(uid_t uid);

/* Connects to path, whose server must be of uid trust, root or our own uid, and
 * takes the whole jail: each descriptor was checked to be a namespace of its kind. Of a
 * uWSGI server the limits are not known. Dies. */
void fdpass_ask(const char *path, uid_t trust, struct jail *j);

#endif
