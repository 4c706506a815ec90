/* replay.c - a target with each file of its corpus, without clang */
/* SPDX-License-Identifier: 0BSD */
/*
 * replay FILE...
 *	each as it is, then cut short and with each of its bytes changed; tells
 *	how many inputs that were. A fault ends it by a signal.
 */
#include <stdio.h>
#include <string.h>

#include "fuzz.h"

int main(int argc, char **argv)
{
	uint8_t data[4096];
	unsigned long inputs = 0;

	for (int i = 1; i < argc; i++) {
		FILE *file = fopen(argv[i], "re");
		size_t n = file ? fread(data, 1, sizeof(data), file) : 0;

		if (!file)
			return 125;
		fclose(file);
		for (size_t k = 0; k <= n; k++, inputs++)
			LLVMFuzzerTestOneInput(data, k);
		for (size_t k = 0; k < n; k++)
			for (int bit = 0; bit < 8; bit++, inputs++) {
				data[k] ^= 1 << bit;
				LLVMFuzzerTestOneInput(data, n);
				data[k] ^= 1 << bit;
			}
	}
	printf("%lu\n", inputs);
	return inputs ? 0 : 125;
}
