/* answer.c - whatever a server sends to setns-join */
/* SPDX-License-Identifier: 0BSD */
/*
 * Two bytes go before the message: how many descriptors came with it, and which
 * rows were asked for (a bit each, of the first eight; the rest always).
 */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire.h"

static void check_ours(const uint8_t *data, size_t size, int n, int wanted)
{
	struct wire_answer a;
	size_t most = size < sizeof(a) ? size : sizeof(a);
	int row[JAIL_FDS], seen = 0;

	memset(&a, 0xa5, sizeof(a));
	memcpy(&a, data, most);
	if (wire_read_answer(&a, size, n, wanted, row) != WIRE_GOOD)
		return;
	if (n > JAIL_FDS || size != sizeof(a))
		abort();
	for (int i = 0; i < n; i++) {
		if (row[i] < 0 || row[i] >= JAIL_FDS ||
		    seen & jail_bit(row[i]) || !(wanted & jail_bit(row[i])))
			abort();
		seen |= jail_bit(row[i]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_uwsgi u;
	int n, wanted = 7;

	if (size < 2)
		return 0;
	n = data[0];
	for (int i = 0; i < NS_KINDS; i++)
		wanted |= data[1] & 1 << i ? jail_bit(i) : 0;
	data += 2;
	size -= 2;
	check_ours(data, size, n, wanted);
	memset(&u, 0xa5, sizeof(u));
	memcpy(&u, data, size < sizeof(u) ? size : sizeof(u));
	if (wire_read_uwsgi(&u, size, n) == WIRE_GOOD &&
	    (u.n != n || size != sizeof(u)))
		abort();
	return 0;
}
