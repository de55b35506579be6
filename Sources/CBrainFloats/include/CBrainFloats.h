#ifndef CBRAINFLOATS_H
#define CBRAINFLOATS_H

#include <stdbool.h>
#include <stddef.h>

// Products of float matrices whose elements are rounded to BF16 first, ties to even; sums are floats.
// They run on the calling thread. oneDNN computes them.

// Whether oneDNN is installed, and can compute them on this processor; loads it.
bool cb_is_available(void);

// Whether the processor multiplies BF16 faster than floats.
bool cb_is_fast(void);

// result ← left · right, or left · rightᵀ: rows × columns.
//
// left is rows × inner, right inner × columns (transposed: columns × inner); strides are the
// distances of consecutive rows. Returns false without memory or oneDNN.
bool cb_multiply(
    const float *left, size_t rows, size_t inner, const float *right, size_t right_stride,
    bool transposed, size_t columns, float *result, size_t result_stride);

#endif
