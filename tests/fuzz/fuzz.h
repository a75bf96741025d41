/* fuzz.h - what a fuzz target is: fuzz_NAME.c with one function that aborts when something is
 * wrong.
 *
 * clang -fsanitize=fuzzer,address,undefined -Iengine -Itests tests/fuzz/fuzz_NAME.c LIBRARY, run
 * with tests/fuzz/corpus/NAME. With replay.c in place of the fuzzer the same target reads the files
 * that it is given. */
#ifndef TESTS_FUZZ_FUZZ_H
#define TESTS_FUZZ_FUZZ_H

#include <stddef.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
