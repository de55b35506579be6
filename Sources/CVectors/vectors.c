#include "CVectors.h"

#if defined(__x86_64__)
#define LANES 16
#define TARGET __attribute__((target("avx512f,avx512dq,avx512vl,avx512bw,fma")))
#define NAME(x) avx512_##x
#define INSTRUCTIONS "AVX-512"
#include "loops.h"

#define LANES 8
#define TARGET __attribute__((target("avx2,fma")))
#define NAME(x) avx2_##x
#define INSTRUCTIONS "AVX2"
#include "loops.h"
#endif

// Four lanes are what every processor of 64 bits has.
#define LANES 4
#define TARGET
#define NAME(x) plain_##x
#define INSTRUCTIONS "plain"
#include "loops.h"

static const struct cv_loops *available[3];

__attribute__((constructor)) static void choose(void) {
  size_t count = 0;
#if defined(__x86_64__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq")
      && __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("avx512bw")
      && __builtin_cpu_supports("fma")) {
    available[count++] = &avx512_loops;
  }
  if (__builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma")) {
    available[count++] = &avx2_loops;
  }
#endif
  available[count] = &plain_loops;
}

const struct cv_loops *cv_available(size_t index) {
  return index < sizeof available / sizeof *available ? available[index] : NULL;
}

void cv_silu(float *gate, const float *factor, size_t count) {
  available[0]->silu(gate, factor, count);
}

void cv_gelu_tanh(float *gate, const float *factor, size_t count) {
  available[0]->gelu_tanh(gate, factor, count);
}

void cv_cap(float *values, size_t count, float limit) { available[0]->cap(values, count, limit); }

void cv_softmax(float *scores, size_t count) { available[0]->softmax(scores, count); }

size_t cv_largest(const float *values, size_t count) { return available[0]->largest(values, count); }

double cv_exponential_sum(const float *values, size_t count, float shift) {
  return available[0]->exponential_sum(values, count, shift);
}

double cv_divergence(
    const float *p, const float *q, size_t count, float shift, double difference) {
  return available[0]->divergence(p, q, count, shift, difference);
}
