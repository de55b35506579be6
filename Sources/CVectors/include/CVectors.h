#ifndef CVECTORS_H
#define CVECTORS_H

#include <stddef.h>

// Loops over floats with exponentials, compiled for several sets of instructions. The processor's
// best is chosen when the program starts. Relative errors are below 4e-7; what is below the smallest
// normal number may become 0.

// gate ← act(gate) · factor; a factor of NULL is 1.
void cv_silu(float *gate, const float *factor, size_t count);
void cv_gelu_tanh(float *gate, const float *factor, size_t count);

// x ← limit · tanh(x / limit).
void cv_cap(float *values, size_t count, float limit);

// x ← e^(x − max) / Σ e^(x − max).
void cv_softmax(float *scores, size_t count);

// Index of the largest value, the first of equals; 0 if there is none.
size_t cv_largest(const float *values, size_t count);

// Σ e^(x − shift).
double cv_exponential_sum(const float *values, size_t count, float shift);

// Σ e^(p − shift) · (p − q + difference).
double cv_divergence(const float *p, const float *q, size_t count, float shift, double difference);

// The same loops for one set of instructions.
struct cv_loops {
  const char *instructions;
  void (*silu)(float *, const float *, size_t);
  void (*gelu_tanh)(float *, const float *, size_t);
  void (*cap)(float *, size_t, float);
  void (*softmax)(float *, size_t);
  size_t (*largest)(const float *, size_t);
  double (*exponential_sum)(const float *, size_t, float);
  double (*divergence)(const float *, const float *, size_t, float, double);
};

// Sets of instructions that the processor has, best first; NULL from the end on.
const struct cv_loops *cv_available(size_t index);

#endif
