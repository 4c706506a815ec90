/* fuzz.h - a target: libFuzzer calls it, or replay.c with the corpus */
/* SPDX-License-Identifier: 0BSD */
#ifndef FUZZ_H
#define FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
