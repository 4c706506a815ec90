/* serversock.c - the socket of a server, from its birth to its end
 *
 * SPDX-License-Identifier: 0BSD
 */
#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "err.h"
#include "server.h"

int server_open(struct server *sv)
{
	sv->clients = 0;
	sv->told = sv->untold = 0;
	sv->told_since = 0;
	sv->timer = -1;
	sv->armed = 0;
	jail_clear(&sv->jail);
	for (int i = 0; i < SERVER_CLIENTS; i++)
		sv->client[i].fd = -1;
	sv->epoll = epoll_create1(EPOLL_CLOEXEC);
	if (sv->epoll < 0) {
		complain("wait for clients: %m");
		return -1;
	}
	sv->sock = fdpass_listen(&sv->place);
	if (sv->sock < 0)
		return -1;
	if (*sv->place.path == '@' || !lstat(sv->place.path, &sv->st))
		return 0;
	complain("'%s': %m", sv->place.path);
	unlink(sv->place.path);
	return -1;
}

/* 0, or -1 and errno */
static int remove_socket(const struct server *sv)
{
	struct stat st;

	if (*sv->place.path == '@')
		return 0;
	if (lstat(sv->place.path, &st))
		return errno == ENOENT ? 0 : -1;
	if (st.st_dev != sv->st.st_dev || st.st_ino != sv->st.st_ino)
		return 0; /* another's by now */
	return unlink(sv->place.path);
}

void server_close(struct server *sv)
{
	/* What there was no memory for may work the second time. */
	for (int tries = 0; tries < 2; tries++)
		if (!remove_socket(sv))
			return;
	complain("remove '%s': %m", sv->place.path);
}
