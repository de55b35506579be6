#include <stddef.h>
#include <stdint.h>

// Of libFuzzer, which -sanitize=fuzzer links in: calls `test` with one datum after the other.
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*test)(const uint8_t *data, size_t size));
