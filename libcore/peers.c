/* peers.c - who is at the other end of a unix socket, and who may be
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "peers.h"

#include <errno.h>
#include <poll.h>
#include <unistd.h>

#include "sys.h"

#define OVERFLOW   65534 /* DEFAULT_OVERFLOWUID of the kernel */
#define GROUPS_MAX 1024	 /* who has more is known by its first gid alone */

int peers_is_own(uint32_t uid)
{
	return !uid || (uid == geteuid() && uid != OVERFLOW);
}

static int is_among(uint32_t id, const uint32_t *list, int n)
{
	while (n--)
		if (list[n] == id)
			return id != OVERFLOW;
	return 0;
}

int peers_may(const struct peers *p, int sock, struct ucred *peer)
{
	uint32_t group[GROUPS_MAX];
	socklen_t size = sizeof(*peer), bytes = sizeof(group);

	if (getsockopt(sock, SOL_SOCKET, SO_PEERCRED, peer, &size))
		return -1;
	if (peers_is_own(peer->uid) || is_among(peer->uid, p->uid, p->uids) ||
	    is_among(peer->gid, p->gid, p->gids))
		return 1;
	if (!p->gids ||
	    getsockopt(sock, SOL_SOCKET, 59 /* SO_PEERGROUPS */, group, &bytes))
		return 0;
	for (int n = bytes / sizeof(*group); n-- > 0;)
		if (is_among(group[n], p->gid, p->gids))
			return 1;
	return 0;
}

int peers_is_there(int sock)
{
	struct pollfd peer = {.fd = sys_peer_pidfd(sock), .events = POLLIN};
	int gone;

	if (peer.fd < 0)
		return errno == ENOPROTOOPT		   ? 1
		       : errno == ESRCH || errno == EINVAL ? 0
							   : -1;
	gone = poll(&peer, 1, 0);
	close(peer.fd);
	return gone < 0 ? -1 : !gone;
}
