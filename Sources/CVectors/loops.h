// Included once for each set of instructions, with LANES, TARGET, NAME(x) and INSTRUCTIONS.

typedef float NAME(floats) __attribute__((vector_size(4 * LANES)));
typedef int NAME(ints) __attribute__((vector_size(4 * LANES)));
typedef double NAME(doubles) __attribute__((vector_size(8 * LANES)));

#define FLOATS NAME(floats)
#define INTS NAME(ints)
#define DOUBLES NAME(doubles)
#define INLINE static inline __attribute__((always_inline)) TARGET

INLINE FLOATS NAME(all)(float value) { return (FLOATS){0} + value; }

INLINE FLOATS NAME(select)(INTS mask, FLOATS yes, FLOATS no) {
  return (FLOATS)(((INTS)yes & mask) | ((INTS)no & ~mask));
}

INLINE FLOATS NAME(load)(const float *from, size_t count, float rest) {
  FLOATS value;
  if (count >= LANES) {
    __builtin_memcpy(&value, from, sizeof value);
  } else {
    value = NAME(all)(rest);
    for (size_t lane = 0; lane < count; lane++) value[lane] = from[lane];
  }
  return value;
}

INLINE void NAME(store)(float *to, FLOATS value, size_t count) {
  if (count >= LANES) {
    __builtin_memcpy(to, &value, sizeof value);
  } else {
    for (size_t lane = 0; lane < count; lane++) to[lane] = value[lane];
  }
}

// e^x to a relative error of 2e-7; 0 below the smallest normal number, infinity where it overflows.
INLINE FLOATS NAME(exponential)(FLOATS x) {
  const float least = -87.33654f, most = 88.72283f;
  // Adding and subtracting 1.5 · 2^23 rounds to whole numbers.
  const float rounder = 12582912.0f;
  FLOATS bounded = NAME(select)(x < least, NAME(all)(least), x);
  bounded = NAME(select)(bounded > most, NAME(all)(most), bounded);
  FLOATS shifted = bounded * 1.44269504f + rounder;
  FLOATS whole = shifted - rounder;
  // ln 2 in two parts: the product with the first is exact.
  FLOATS rest = bounded - whole * 0.693359375f;
  rest = rest - whole * -2.12194440e-4f;
  // Minimax polynomial of (e^x − 1 − x) / x² on ± ln 2 / 2 (Cephes, expf).
  FLOATS sum = NAME(all)(1.9875691500e-4f);
  sum = sum * rest + 1.3981999507e-3f;
  sum = sum * rest + 8.3334519073e-3f;
  sum = sum * rest + 4.1665795894e-2f;
  sum = sum * rest + 1.6666665459e-1f;
  sum = sum * rest + 5.0000001201e-1f;
  FLOATS value = sum * (rest * rest) + rest + 1.0f;
  // Two factors, as 2^128 is no float.
  INTS power = __builtin_convertvector(whole, INTS);
  INTS half = power >> 1;
  value *= (FLOATS)((half + 127) << 23);
  value *= (FLOATS)((power - half + 127) << 23);
  value = NAME(select)(x < least, NAME(all)(0), value);
  return NAME(select)(x > most, NAME(all)(__builtin_inff()), value);
}

INLINE FLOATS NAME(sigmoid)(FLOATS x) { return 1.0f / (1.0f + NAME(exponential)(-x)); }

// tanh x to a relative error of 3e-7.
INLINE FLOATS NAME(tangent)(FLOATS x) {
  FLOATS square = x * x;
  FLOATS sum = NAME(all)(-5.70498872745e-3f);
  sum = sum * square + 2.06390887954e-2f;
  sum = sum * square - 5.37397155531e-2f;
  sum = sum * square + 1.33314422036e-1f;
  sum = sum * square - 3.33332819422e-1f;
  FLOATS near = sum * square * x + x;
  FLOATS far = 2.0f * NAME(sigmoid)(2.0f * x) - 1.0f;
  return NAME(select)((x < 0.625f) & (x > -0.625f), near, far);
}

TARGET static void NAME(silu)(float *gate, const float *factor, size_t count) {
  for (size_t start = 0; start < count; start += LANES) {
    size_t left = count - start;
    FLOATS x = NAME(load)(gate + start, left, 0);
    FLOATS value = x / (1.0f + NAME(exponential)(-x));
    if (factor) value *= NAME(load)(factor + start, left, 0);
    NAME(store)(gate + start, value, left);
  }
}

// (1 + tanh y) / 2 is the logistic function of 2 y.
TARGET static void NAME(gelu_tanh)(float *gate, const float *factor, size_t count) {
  const float root = 1.59576912f;  // 2 √(2/π)
  for (size_t start = 0; start < count; start += LANES) {
    size_t left = count - start;
    FLOATS x = NAME(load)(gate + start, left, 0);
    FLOATS value = x / (1.0f + NAME(exponential)(-root * (x + 0.044715f * x * x * x)));
    if (factor) value *= NAME(load)(factor + start, left, 0);
    NAME(store)(gate + start, value, left);
  }
}

TARGET static void NAME(cap)(float *values, size_t count, float limit) {
  for (size_t start = 0; start < count; start += LANES) {
    size_t left = count - start;
    FLOATS x = NAME(load)(values + start, left, 0);
    NAME(store)(values + start, limit * NAME(tangent)(x / limit), left);
  }
}

INLINE float NAME(sum)(FLOATS lanes) {
  float sum = 0;
  for (size_t lane = 0; lane < LANES; lane++) sum += lanes[lane];
  return sum;
}

INLINE double NAME(doubleSum)(const DOUBLES *lanes) {
  double sum = 0;
  for (size_t lane = 0; lane < LANES; lane++) sum += (*lanes)[lane];
  return sum;
}

INLINE float NAME(maximum)(const float *values, size_t count) {
  FLOATS maxima = NAME(all)(-__builtin_inff());
  for (size_t start = 0; start < count; start += LANES) {
    FLOATS x = NAME(load)(values + start, count - start, -__builtin_inff());
    maxima = NAME(select)(x > maxima, x, maxima);
  }
  float maximum = maxima[0];
  for (size_t lane = 1; lane < LANES; lane++) {
    if (maxima[lane] > maximum) maximum = maxima[lane];
  }
  return maximum;
}

TARGET static size_t NAME(largest)(const float *values, size_t count) {
  const float maximum = NAME(maximum)(values, count);
  for (size_t index = 0; index < count; index++) {
    if (values[index] == maximum) return index;
  }
  return 0;
}

TARGET static void NAME(softmax)(float *scores, size_t count) {
  const float lowest = -__builtin_inff(), maximum = NAME(maximum)(scores, count);
  FLOATS sums = NAME(all)(0);
  for (size_t start = 0; start < count; start += LANES) {
    size_t left = count - start;
    FLOATS weight = NAME(exponential)(NAME(load)(scores + start, left, lowest) - maximum);
    sums += weight;
    NAME(store)(scores + start, weight, left);
  }
  float scale = 1 / NAME(sum)(sums);
  for (size_t start = 0; start < count; start += LANES) {
    size_t left = count - start;
    NAME(store)(scores + start, NAME(load)(scores + start, left, 0) * scale, left);
  }
}

TARGET static double NAME(exponential_sum)(const float *values, size_t count, float shift) {
  DOUBLES sums = {0};
  for (size_t start = 0; start < count; start += LANES) {
    FLOATS x = NAME(load)(values + start, count - start, -__builtin_inff());
    sums += __builtin_convertvector(NAME(exponential)(x - shift), DOUBLES);
  }
  return NAME(doubleSum)(&sums);
}

TARGET static double NAME(divergence)(
    const float *p, const float *q, size_t count, float shift, double difference) {
  DOUBLES sums = {0};
  for (size_t start = 0; start < count; start += LANES) {
    size_t left = count - start;
    FLOATS own = NAME(load)(p + start, left, 0), other = NAME(load)(q + start, left, 0);
    DOUBLES terms = __builtin_convertvector(NAME(exponential)(own - shift), DOUBLES)
        * (__builtin_convertvector(own - other, DOUBLES) + difference);
    if (left < LANES) {
      for (size_t lane = left; lane < LANES; lane++) terms[lane] = 0;
    }
    sums += terms;
  }
  return NAME(doubleSum)(&sums);
}

static const struct cv_loops NAME(loops) = {
    INSTRUCTIONS, NAME(silu), NAME(gelu_tanh), NAME(cap), NAME(softmax), NAME(largest),
    NAME(exponential_sum), NAME(divergence),
};

#undef FLOATS
#undef INTS
#undef DOUBLES
#undef INLINE
#undef LANES
#undef TARGET
#undef NAME
#undef INSTRUCTIONS
