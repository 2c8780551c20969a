/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * fuzz - what the fuzz targets share: their entry, and how they find something
 */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

/** LLVMFuzzerTestOneInput() - libFuzzer's name for the target; returns 0 */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/** demand() - what must hold, or the fuzzer has found something */
static inline void demand(bool holds, const char *what)
{
	if (holds)
		return;
	fprintf(stderr, "violated: %s\n", what);
	abort();
}

#endif /* TESTS_FUZZ_FUZZ_H */
