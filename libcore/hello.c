/* hello.c - what the processes of a sentence say to the parents that wait
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "hello.h"

#include <errno.h>
#include <poll.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fmt.h"

int hello_add(struct hello *h, int end)
{
	if (h->n == HELLO_MAX)
		return -1;
	h->end[h->n++] = end;
	return 0;
}

/* The next word of parent i; 0: there will be none; -1 and errno. */
static int word_of(const struct hello *h, int i)
{
	struct hello_message m;
	ssize_t n;

	do
		n = recv(h->end[i], &m, sizeof(m), 0);
	while (n < 0 && errno == EINTR);
	if (n < 0)
		return -1;
	return n == sizeof(m) ? m.word : 0;
}

/* Parents stand in any order; each is waited for once. 0, or -1 and errno. */
static int await(struct hello *h, int i)
{
	int word;

	if (h->stands & 1 << i)
		return 0;
	word = word_of(h, i);
	if (word < 0)
		return -1;
	if (word != HELLO_STANDS && word != HELLO_LISTENS &&
	    word != HELLO_OPENS)
		_exit(125);
	h->stands |= 1 << i;
	h->listens |= (word != HELLO_STANDS) << i;
	h->opens |= (word == HELLO_OPENS) << i;
	return 0;
}

int hello_await(struct hello *h)
{
	return await(h, h->n - 1);
}

int hello_is_orphan(const struct hello *h)
{
	struct pollfd parent = {.fd = h->end[h->n - 1]};
	int n;

	do
		n = poll(&parent, 1, 0);
	while (n < 0 && errno == EINTR);
	return n < 0 ? -1 : !!(parent.revents & POLLHUP);
}

static int say_to(const struct hello *h, int set, const struct hello_message *m)
{
	for (int i = 0; i < h->n; i++)
		if (set & 1 << i &&
		    send(h->end[i], m, sizeof(*m), MSG_NOSIGNAL) < 0)
			return -1;
	return 0;
}

/* Who opens our namespaces must be allowed to: for that moment this process is
 * dumpable. 0, or -1 and errno. */
static int say_hello(const struct hello *h)
{
	struct hello_message m = {.word = HELLO_HELLO};
	int dumpable = 1;

	if (h->opens) {
		dumpable = prctl(PR_GET_DUMPABLE, 0UL, 0UL, 0UL, 0UL);
		if (dumpable < 0 || limit_own(&m.limits))
			return -1;
	}
	if (dumpable != 1 && prctl(PR_SET_DUMPABLE, 1UL, 0UL, 0UL, 0UL))
		return -1;
	if (say_to(h, h->listens, &m))
		return -1;
	for (int i = 0; i < h->n; i++) {
		int word = h->listens & 1 << i ? word_of(h, i) : HELLO_ANSWER;

		if (word < 0)
			return -1;
		if (word != HELLO_ANSWER)
			_exit(125);
	}
	return dumpable != 1 ? prctl(PR_SET_DUMPABLE, 0UL, 0UL, 0UL, 0UL) : 0;
}

int hello_program(struct hello *h)
{
	const struct hello_message go = {.word = HELLO_GO};

	for (int i = 0; i < h->n; i++)
		if (await(h, i))
			return -1;
	if ((!h->listens || !say_hello(h)) && !say_to(h, ~0, &go))
		return 0;
	if (errno == EPIPE) /* a parent was killed: there is no jail */
		_exit(125);
	return -1;
}

void hello_failed(const struct hello *h, const char *step, int err)
{
	struct hello_message m = {.word = HELLO_FAILED, .err = err};

	fmt_str(m.step, sizeof(m.step), "%s", step);
	say_to(h, ~0, &m);
}
