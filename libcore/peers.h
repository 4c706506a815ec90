/* peers.h - who is at the other end of a unix socket, and who may be
 *
 * SPDX-License-Identifier: 0BSD
 */
#ifndef PEERS_H
#define PEERS_H

#include <stdint.h>
#include <sys/socket.h>

#define PEERS_MAX 16

/* Who may, besides root and our own uid */
struct peers {
	uint32_t uid[PEERS_MAX], gid[PEERS_MAX];
	int uids, gids;
};

/* Root's, or our own. The overflow uid is nobody's: who is seen so is not mapped
 * in our user namespace, and as many are not. */
int peers_is_own(uint32_t uid);

/* Who connected to the other end (SO_PEERCRED), into *peer. 1: it may; a gid may
 * be any of its groups (Linux 4.13). 0: it may not. -1 and errno. */
int peers_may(const struct peers *p, int sock, struct ucred *peer);

/* 0: the process that connected has ended, so somebody else holds its end;
 * 1: it lives, or this kernel cannot tell (SO_PEERPIDFD, Linux 6.5); -1 and errno:
 * it could not be asked. */
int peers_is_there(int sock);

#endif
