#include "CBrainFloats.h"

#include <dlfcn.h>
#include <oneapi/dnnl/dnnl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#if DNNL_VERSION_MAJOR != 2
#error "expected the headers of oneDNN 2"
#endif

// Functions of oneDNN in use. The library is loaded by the first product: it takes 50 MB of address
// space, which most commands do without.
#define FUNCTIONS(F) \
  F(dnnl_get_effective_cpu_isa) F(dnnl_engine_create) F(dnnl_engine_destroy) \
  F(dnnl_stream_create) F(dnnl_stream_destroy) F(dnnl_stream_wait) \
  F(dnnl_memory_desc_init_by_strides) F(dnnl_memory_create) F(dnnl_memory_destroy) \
  F(dnnl_memory_set_data_handle) F(dnnl_matmul_desc_init) F(dnnl_primitive_desc_create) \
  F(dnnl_primitive_desc_destroy) F(dnnl_primitive_create) F(dnnl_primitive_destroy) \
  F(dnnl_primitive_execute)

static struct {
#define DECLARE(name) __typeof__(name) *name;
  FUNCTIONS(DECLARE)
  // oneDNN runs on OpenMP, whose number of threads belongs to the calling thread.
  void (*omp_set_num_threads)(int);
} library;

static bool is_loaded;
static pthread_once_t loading = PTHREAD_ONCE_INIT;

static void load(void) {
  void *handle = dlopen("libdnnl.so.2", RTLD_NOW | RTLD_LOCAL);
  if (!handle) return;
#define FIND(name) \
  library.name = (__typeof__(library.name))dlsym(handle, #name); \
  if (!library.name) return;
  FUNCTIONS(FIND)
  FIND(omp_set_num_threads)
  is_loaded = true;
}

// Whether oneDNN has the instructions of a set and of those below it.
static bool has(unsigned set) {
#if defined(__x86_64__)
  return is_loaded && (library.dnnl_get_effective_cpu_isa() & set) == set;
#else
  return false;
#endif
}

bool cb_is_available(void) {
  pthread_once(&loading, load);
  // With less, oneDNN has no products in BF16.
  return has(dnnl_cpu_isa_avx512_core);
}

#if defined(__x86_64__)
#define WIDE __attribute__((target("avx512f,avx512bw,avx512vl")))
#else
#define WIDE
#endif

// y ← x rounded to BF16, ties to even; NaN stays NaN. Runs only where oneDNN has AVX-512.
WIDE static void round_all(const float *x, uint16_t *y, size_t count) {
  for (size_t index = 0; index < count; index++) {
    uint32_t bits;
    memcpy(&bits, x + index, sizeof bits);
    uint32_t rounded = (bits + 0x7FFF + (bits >> 16 & 1)) >> 16;
    // Rounding could turn NaN into infinity.
    y[index] = (uint16_t)((bits & 0x7FFFFFFF) > 0x7F800000 ? (bits >> 16 | 0x40) : rounded);
  }
}

bool cb_is_fast(void) { return cb_is_available() && has(dnnl_cpu_isa_avx512_core_bf16); }

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
  library.dnnl_memory_destroy(product->left);
  library.dnnl_memory_destroy(product->right);
  library.dnnl_memory_destroy(product->result);
  library.dnnl_primitive_destroy(product->primitive);
}

static void end_thread(void *pointer) {
  struct state *state = pointer;
  for (size_t index = 0; index < state->count; index++) destroy(&state->products[index]);
  if (state->stream) library.dnnl_stream_destroy(state->stream);
  if (state->engine) library.dnnl_engine_destroy(state->engine);
  free(state->values);
  free(state);
}

static void make_key(void) { pthread_key_create(&key, end_thread); }

static struct state *thread_state(void) {
  if (!cb_is_available()) return NULL;
  pthread_once(&once, make_key);
  struct state *state = pthread_getspecific(key);
  if (state) return state;
  state = calloc(1, sizeof *state);
  if (!state) return NULL;
  library.omp_set_num_threads(1);
  if (library.dnnl_engine_create(&state->engine, dnnl_cpu, 0) != dnnl_success
      || library.dnnl_stream_create(&state->stream, state->engine, dnnl_stream_default_flags)
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
  if (library.dnnl_memory_desc_init_by_strides(&left, 2, left_size, dnnl_bf16, left_strides)
          != dnnl_success
      || library.dnnl_memory_desc_init_by_strides(&right, 2, right_size, dnnl_bf16, right_strides)
             != dnnl_success
      || library.dnnl_memory_desc_init_by_strides(&result, 2, size, dnnl_f32, strides)
             != dnnl_success) {
    return false;
  }
  dnnl_matmul_desc_t operation;
  dnnl_primitive_desc_t description = NULL;
  bool is_made =
      library.dnnl_matmul_desc_init(&operation, &left, &right, NULL, &result) == dnnl_success
      && library.dnnl_primitive_desc_create(&description, &operation, NULL, state->engine, NULL)
             == dnnl_success
      && library.dnnl_primitive_create(&product->primitive, description) == dnnl_success
      && library.dnnl_memory_create(&product->left, &left, state->engine, DNNL_MEMORY_NONE)
             == dnnl_success
      && library.dnnl_memory_create(&product->right, &right, state->engine, DNNL_MEMORY_NONE)
             == dnnl_success
      && library.dnnl_memory_create(&product->result, &result, state->engine, DNNL_MEMORY_NONE)
             == dnnl_success;
  if (description) library.dnnl_primitive_desc_destroy(description);
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
  round_all(left, state->values, rows * inner);
  size_t lines = transposed ? columns : inner, length = transposed ? inner : columns;
  for (size_t line = 0; line < lines; line++) {
    round_all(right + line * right_stride, right_values + line * length, length);
  }
  library.dnnl_memory_set_data_handle(product->left, state->values);
  library.dnnl_memory_set_data_handle(product->right, right_values);
  library.dnnl_memory_set_data_handle(product->result, result);
  dnnl_exec_arg_t arguments[] = {
      {DNNL_ARG_SRC, product->left},
      {DNNL_ARG_WEIGHTS, product->right},
      {DNNL_ARG_DST, product->result},
  };
  return library.dnnl_primitive_execute(product->primitive, state->stream, 3, arguments)
             == dnnl_success
         && library.dnnl_stream_wait(state->stream) == dnnl_success;
}
