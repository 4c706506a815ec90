/* request.c - whatever a client sends to setns-serve */
/* SPDX-License-Identifier: 0BSD */
#include <stdlib.h>
#include <string.h>

#include "fuzz.h"
#include "wire.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct wire_request r;
	size_t most = size < sizeof(r) ? size : sizeof(r);
	int wanted;

	memset(&r, 0xa5, sizeof(r)); /* what recv(2) did not fill */
	memcpy(&r, data, most);
	wanted = wire_read_request(&r, size);
	if (wanted != -1 && (wanted < 0 || wanted & ~JAIL_ALL ||
			     size != sizeof(r) || memcmp(data, WIRE_MAGIC, 8)))
		abort();
	return 0;
}
