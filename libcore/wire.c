/* wire.c - what goes over the socket of a jail, apart from the socket
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "wire.h"

#include <string.h>

#define VERSION_AT (sizeof(WIRE_MAGIC) - 2)

_Static_assert(sizeof(struct wire_request) == 16 &&
		       sizeof(struct wire_answer) == 216 &&
		       sizeof(struct wire_uwsgi) == 15,
	       "setns-socket(5)");

int wire_read_request(const struct wire_request *r, size_t size)
{
	if (size != sizeof(*r) || r->zero ||
	    memcmp(r->magic, WIRE_MAGIC, sizeof(r->magic)) ||
	    r->wanted & ~(uint32_t)JAIL_ALL)
		return -1;
	return r->wanted;
}

/* The row of this name, or JAIL_FDS */
static int row_of(const struct wire_item *item)
{
	int row = 0;

	while (row < JAIL_FDS &&
	       memcmp(item->name, jail_name(row), sizeof(item->name)))
		row++;
	return row;
}

enum wire_fault wire_read_answer(const struct wire_answer *a, size_t size,
				 int n, int wanted, int row[JAIL_FDS])
{
	int seen = 0;

	if (size < sizeof(a->magic) || memcmp(a->magic, WIRE_MAGIC, VERSION_AT))
		return WIRE_ALIEN;
	if (a->magic[VERSION_AT] != WIRE_MAGIC[VERSION_AT])
		return WIRE_VERSION;
	if (size != sizeof(*a) || a->known > 1)
		return WIRE_ALIEN;
	if (a->n != (uint32_t)n || n > JAIL_FDS)
		return WIRE_COUNT;
	for (int i = 0; i < n; i++) {
		int bit;

		row[i] = row_of(a->item + i);
		bit = row[i] < JAIL_FDS ? jail_bit(row[i]) : 0;
		if (!(bit & wanted))
			return WIRE_NAME;
		if (bit & seen)
			return WIRE_TWICE;
		seen |= bit;
	}
	return WIRE_GOOD;
}

enum wire_fault wire_read_uwsgi(const struct wire_uwsgi *u, size_t size, int n)
{
	if (size != sizeof(*u) ||
	    memcmp(u->magic, WIRE_UWSGI, sizeof(u->magic)))
		return WIRE_ALIEN;
	return u->n == n ? WIRE_GOOD : WIRE_COUNT;
}
