#include "CBrainFloats.h"

#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdlib.h>
#include <string.h>

// oneDNN runs on OpenMP, whose number of threads belongs to the calling thread.
void omp_set_num_threads(int count);

#if defined(__x86_64__)
#define WIDE __attribute__((target_clones("avx512bw", "avx2", "default")))
#else
#define WIDE
#endif

WIDE void cb_round(const float *x, uint16_t *y, size_t count) {
  for (size_t index = 0; index < count; index++) {
    uint32_t bits;
    memcpy(&bits, x + index, sizeof bits);
    uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    // Rounding could turn NaN into infinity.
    y[index] = (uint16_t)((bits & 0x7FFFFFFF) > 0x7F800000 ? (bits >> 16 | 0x40) : rounded);
  }
}

bool cb_is_fast(void) {
#if defined(__x86_64__)
  // Sets of instructions count upwards; those with BF16 follow the others with AVX-512.
  return (dnnl_get_effective_cpu_isa() & dnnl_cpu_isa_avx512_core_bf16)
         == dnnl_cpu_isa_avx512_core_bf16;
#else
  return false;
#endif
}

struct shape {
  size_t rows, inner, columns, result_stride;
  bool transposed;
};

struct product {
  struct shape shape;
  dnnl_primitive_t primitive;
  dnnl_memory_t left, right, result;
};

// A thread multiplies matrices of few shapes at a time.
enum { shape_limit = 32 };

// State of a thread: oneDNN executes a product on the thread that made it.
struct state {
  dnnl_engine_t engine;
  dnnl_stream_t stream;
  uint16_t *values;
  size_t capacity;
  size_t count, next;
  struct product products[shape_limit];
};

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void destroy(struct product *product) {
  dnnl_memory_destroy(product->left);
  dnnl_memory_destroy(product->right);
  dnnl_memory_destroy(product->result);
  dnnl_primitive_destroy(product->primitive);
}

static void end_thread(void *pointer) {
  struct state *state = pointer;
  for (size_t index = 0; index < state->count; index++) destroy(&state->products[index]);
  if (state->stream) dnnl_stream_destroy(state->stream);
  if (state->engine) dnnl_engine_destroy(state->engine);
  free(state->values);
  free(state);
}

static void make_key(void) { pthread_key_create(&key, end_thread); }

static struct state *thread_state(void) {
  pthread_once(&once, make_key);
  struct state *state = pthread_getspecific(key);
  if (state) return state;
  state = calloc(1, sizeof *state);
  if (!state) return NULL;
  omp_set_num_threads(1);
  if (dnnl_engine_create(&state->engine, dnnl_cpu, 0) != dnnl_success
      || dnnl_stream_create(&state->stream, state->engine, dnnl_stream_default_flags)
             != dnnl_success
      || pthread_setspecific(key, state) != 0) {
    end_thread(state);
    return NULL;
  }
  return state;
}

static bool make(struct state *state, const struct shape *shape, struct product *product) {
  memset(product, 0, sizeof *product);
  product->shape = *shape;
  dnnl_dim_t rows = (dnnl_dim_t)shape->rows, inner = (dnnl_dim_t)shape->inner;
  dnnl_dim_t columns = (dnnl_dim_t)shape->columns;
  dnnl_dims_t left_size = {rows, inner}, left_strides = {inner, 1};
  dnnl_dims_t right_size = {inner, columns};
  dnnl_dims_t right_strides = {shape->transposed ? 1 : columns, shape->transposed ? inner : 1};
  dnnl_dims_t size = {rows, columns}, strides = {(dnnl_dim_t)shape->result_stride, 1};
  dnnl_memory_desc_t left, right, result;
  if (dnnl_memory_desc_init_by_strides(&left, 2, left_size, dnnl_bf16, left_strides)
          != dnnl_success
      || dnnl_memory_desc_init_by_strides(&right, 2, right_size, dnnl_bf16, right_strides)
             != dnnl_success
      || dnnl_memory_desc_init_by_strides(&result, 2, size, dnnl_f32, strides) != dnnl_success) {
    return false;
  }
  dnnl_matmul_desc_t operation;
  dnnl_primitive_desc_t description = NULL;
  bool is_made =
      dnnl_matmul_desc_init(&operation, &left, &right, NULL, &result) == dnnl_success
      && dnnl_primitive_desc_create(&description, &operation, NULL, state->engine, NULL)
             == dnnl_success
      && dnnl_primitive_create(&product->primitive, description) == dnnl_success
      && dnnl_memory_create(&product->left, &left, state->engine, DNNL_MEMORY_NONE)
             == dnnl_success
      && dnnl_memory_create(&product->right, &right, state->engine, DNNL_MEMORY_NONE)
             == dnnl_success
      && dnnl_memory_create(&product->result, &result, state->engine, DNNL_MEMORY_NONE)
             == dnnl_success;
  if (description) dnnl_primitive_desc_destroy(description);
  if (!is_made) destroy(product);
  return is_made;
}

static struct product *find(struct state *state, const struct shape *shape) {
  for (size_t index = 0; index < state->count; index++) {
    const struct shape *known = &state->products[index].shape;
    if (known->rows == shape->rows && known->inner == shape->inner
        && known->columns == shape->columns && known->result_stride == shape->result_stride
        && known->transposed == shape->transposed) {
      return &state->products[index];
    }
  }
  struct product made;
  if (!make(state, shape, &made)) return NULL;
  struct product *place = &state->products[state->next];
  if (state->next < state->count) {
    destroy(place);
  } else {
    state->count += 1;
  }
  *place = made;
  state->next = (state->next + 1) % shape_limit;
  return place;
}

bool cb_multiply(
    const float *left, size_t rows, size_t inner, const float *right, size_t right_stride,
    bool transposed, size_t columns, float *result, size_t result_stride) {
  struct state *state = thread_state();
  if (!state) return false;
  struct shape shape = {rows, inner, columns, result_stride, transposed};
  struct product *product = find(state, &shape);
  if (!product) return false;
  size_t needed = rows * inner + inner * columns;
  if (needed > state->capacity) {
    free(state->values);
    state->values = aligned_alloc(64, (2 * needed + 63) / 64 * 64);
    state->capacity = state->values ? needed : 0;
    if (!state->values) return false;
  }
  uint16_t *right_values = state->values + rows * inner;
  cb_round(left, state->values, rows * inner);
  size_t lines = transposed ? columns : inner, length = transposed ? inner : columns;
  for (size_t line = 0; line < lines; line++) {
    cb_round(right + line * right_stride, right_values + line * length, length);
  }
  dnnl_memory_set_data_handle(product->left, state->values);
  dnnl_memory_set_data_handle(product->right, right_values);
  dnnl_memory_set_data_handle(product->result, result);
  dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_SRC, product->left},
      {DNNL_ARG_WEIGHTS, product->right},
      {DNNL_ARG_DST, product->result},
  };
  return dnnl_primitive_execute(product->primitive, state->stream, 3, arguments) == dnnl_success
         && dnnl_stream_wait(state->stream) == dnnl_success;
}
