/* num.c - a number out of a text
 *
 * SPDX-License-Identifier: 0BSD
 */
#include "num.h"

int num_take(const char **at, unsigned int base, uint64_t *number)
{
	const char *c = *at, *first;
	uint64_t n = 0;

	while (*c == ' ' || *c == '\t')
		c++;
	for (first = c;; c++) {
		unsigned int digit = *c >= 'a' ? *c - 'a' + 10U : *c - '0' + 0U;

		if (digit >= base)
			break;
		n = n > (UINT64_MAX - digit) / base ? UINT64_MAX
						    : n * base + digit;
	}
	if (c == first)
		return -1;
	*at = c;
	*number = n;
	return 0;
}

int num_take32(const char **at, char end, uint32_t *number)
{
	const char *c = *at;
	uint64_t n;

	if (*c < '0' || num_take(&c, 10, &n) || *c != end || n > UINT32_MAX)
		return -1;
	*number = n;
	*at = c + !!end;
	return 0;
}
