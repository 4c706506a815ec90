/* num.h - a number out of a text
 *
 * SPDX-License-Identifier: 0BSD
 *
 * strtoull(3) would bring two kilobytes of stdio along.
 */
#ifndef NUM_H
#define NUM_H

#include <stdint.h>

/* The digits at *at, behind blanks and tabs, in base 8, 10 or 16 (lower case);
 * *at is left behind them. UINT64_MAX if they are too many. 0, or -1: there are
 * none, and *at is where it was. */
int num_take(const char **at, unsigned int base, uint64_t *number);

/* A decimal number of 32 bits that ends with the character end (0: the word's
 * end), behind which *at is left. 0, or -1. */
int num_take32(const char **at, char end, uint32_t *number);

#endif
