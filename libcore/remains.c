/* remains.c - what is left of a jail whose main child has ended
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "remains.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "fmt.h"
#include "num.h"
#include "sys.h"

/* Many may not fit: who is left over will be seen the next time. */
static int send_to_children(int sig)
{
	char path[48], text[4096];
	const char *at = text;
	uint64_t pid;
	ssize_t n;
	int fd;

	fmt_str(path, sizeof(path), "/proc/self/task/%d/children", getpid());
	fd = sys_open(AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0)
		return -1;
	n = read(fd, text, sizeof(text) - 1);
	close(fd);
	text[n > 0 ? n : 0] = 0;
	while (!num_take(&at, 10, &pid) && *at == ' ')
		kill(pid, sig);
	return 0;
}

int remains_send(int sig)
{
	if (getpid() != 1)
		return send_to_children(sig);
	return kill(-1, sig) && errno != ESRCH ? -1 : 0;
}

void remains_end(void)
{
	pid_t pid;

	while ((pid = waitpid(-1, NULL, WNOHANG)) >= 0) {
		if (pid)
			continue;
		if (remains_send(SIGKILL))
			return;
		poll(NULL, 0, 1);
	}
}
