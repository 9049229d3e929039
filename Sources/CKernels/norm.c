#include <stdlib.h>

#include "bf16.h"

// Group normalisation in two passes over memory. The first sums each channel of a chunk of pixels,
// as differences from the channel's first pixel so that nothing cancels; the second applies one factor and
// one offset a channel. Chunks depend on the shape alone.

struct group_norm {
  ck_type type;
  const void *x;
  void *y;
  int64_t n, pixels, channels, groups, chunk, chunks;
  const float *weight, *bias, *shift;
  float eps;
  bool silu;
  float *sums;             // [n, chunks, 2, channels]: Σ d and Σ d²
  float *factor, *offset;  // [n, channels]
};

// `count` channels from k on, in one vector or two: a line of the cache in bf16.
INLINE void sum_channels(const void *x, int64_t first, int64_t last, int64_t c, int64_t k, int64_t count, ck_type t,
                         float *sums, const int vectors) {
  v16 pivots[2], a[2] = {all(0), all(0)}, b[2] = {all(0), all(0)};
  for (int h = 0; h < vectors; h++) pivots[h] = load_some(x, k + 16 * h, count - 16 * h, t);
  for (int64_t p = first; p < last; p++)
    for (int h = 0; h < vectors; h++) {
      v16 d = load_some(x, p * c + k + 16 * h, count - 16 * h, t) - pivots[h];
      a[h] += d;
      b[h] += d * d;
    }
  for (int h = 0; h < vectors; h++) {
    store_some(sums, k + 16 * h, count - 16 * h, CK_F32, a[h]);
    store_some(sums + c, k + 16 * h, count - 16 * h, CK_F32, b[h]);
  }
}

INLINE void sum_chunk(const struct group_norm *g, int64_t i, ck_type t) {
  int64_t image = i / g->chunks, chunk = i % g->chunks, c = g->channels, k = 0;
  int64_t first = chunk * g->chunk, last = min64(first + g->chunk, g->pixels);
  const void *x = offset(g->x, image * g->pixels * c, t);
  float *sums = g->sums + i * 2 * c;
  for (; k + 32 <= c; k += 32) sum_channels(x, first, last, c, k, 32, t, sums, 2);
  for (; k < c; k += 16) sum_channels(x, first, last, c, k, min64(16, c - k), t, sums, 1);
}

INLINE void apply_chunk(const struct group_norm *g, int64_t i, ck_type t, bool silu) {
  int64_t image = i / g->chunks, chunk = i % g->chunks, c = g->channels;
  int64_t first = chunk * g->chunk, last = min64(first + g->chunk, g->pixels);
  const float *factor = g->factor + image * c, *off = g->offset + image * c;
  for (int64_t p = first; p < last; p++) {
    int64_t row = (image * g->pixels + p) * c;
    for (int64_t k = 0; k < c; k += 16) {
      int64_t count = min64(16, c - k);
      v16 v = load_some(g->x, row + k, count, t) * load_some(factor, k, count, CK_F32)
              + load_some(off, k, count, CK_F32);
      store_some(g->y, row + k, count, t, silu ? vsilu(v) : v);
    }
  }
}

MULTIVERSIONED static void sum_task(const void *context, int64_t i) {
  const struct group_norm *g = context;
  if (g->type == CK_BF16) sum_chunk(g, i, CK_BF16);
  else sum_chunk(g, i, CK_F32);
}
MULTIVERSIONED static void apply_task(const void *context, int64_t i) {
  const struct group_norm *g = context;
  if (g->type == CK_BF16) g->silu ? apply_chunk(g, i, CK_BF16, true) : apply_chunk(g, i, CK_BF16, false);
  else g->silu ? apply_chunk(g, i, CK_F32, true) : apply_chunk(g, i, CK_F32, false);
}

#if defined(__x86_64__)
// The same with the processor's own rounding, for whole vectors of channels.
BF16 static void apply_natively(const void *context, int64_t i) {
  const struct group_norm *g = context;
  int64_t image = i / g->chunks, chunk = i % g->chunks, c = g->channels;
  int64_t first = chunk * g->chunk, last = min64(first + g->chunk, g->pixels);
  const float *factor = g->factor + image * c, *off = g->offset + image * c;
  for (int64_t p = first; p < last; p++) {
    const uint16_t *x = (const uint16_t *)g->x + (image * g->pixels + p) * c;
    uint16_t *y = (uint16_t *)g->y + (image * g->pixels + p) * c;
    for (int64_t k = 0; k < c; k += 16) {
      __m512 v = _mm512_fmadd_ps(widen(x + k), _mm512_loadu_ps(factor + k), _mm512_loadu_ps(off + k));
      round_to(y + k, g->silu ? sigmoid_times(v, 1) : v);
    }
  }
}
#else
static void apply_natively(const void *context, int64_t i) { (void)context, (void)i; }
#endif

// One group of one picture: mean and variance from the chunks' sums, then a factor and an offset for each channel.
static void settle_task(const void *context, int64_t i) {
  const struct group_norm *g = context;
  int64_t channels = g->channels, width = channels / g->groups;
  int64_t image = i / g->groups, first = i % g->groups * width;
  double a[width], b[width], means[width], mean = 0, squares = 0;  // squares: Σ (x - mean)²
  memset(a, 0, sizeof a), memset(b, 0, sizeof b);
  for (int64_t j = 0; j < g->chunks; j++) {
    const float *sums = g->sums + (image * g->chunks + j) * 2 * channels + first;
    for (int64_t k = 0; k < width; k++) a[k] += sums[k], b[k] += sums[channels + k];
  }
  for (int64_t k = 0; k < width; k++) {
    means[k] = get(g->x, image * g->pixels * channels + first + k, g->type) + a[k] / (double)g->pixels;
    if (g->shift) means[k] += g->shift[first + k];
    mean += means[k] / (double)width;
    squares += b[k] - a[k] * a[k] / (double)g->pixels;
  }
  for (int64_t k = 0; k < width; k++) squares += (double)g->pixels * (means[k] - mean) * (means[k] - mean);
  double scale = 1 / sqrt(squares / (double)(g->pixels * width) + g->eps);
  for (int64_t k = first; k < first + width; k++) {
    g->factor[image * channels + k] = (float)(g->weight[k] * scale);
    g->offset[image * channels + k] = (float)(((g->shift ? g->shift[k] : 0) - mean) * scale * g->weight[k] + g->bias[k]);
  }
}

void ck_group_norm(ck_type type, const void *x, void *y, int64_t n, int64_t pixels, int64_t channels, int64_t groups,
                   const float *weight, const float *bias, float eps, const float *shift, bool silu) {
  // At most 256 pixels, so that sums in single precision stay exact enough.
  int64_t chunk = min64(32768 / channels > 1 ? 32768 / channels : 1, 256);
  int64_t chunks = (pixels + chunk - 1) / chunk;
  float *memory = malloc(sizeof(float) * (size_t)(n * channels * (2 * chunks + 2)));
  struct group_norm g = {type, x, y, n, pixels, channels, groups, chunk, chunks, weight, bias, shift, eps, silu, memory,
                         memory + n * chunks * 2 * channels, memory + n * channels * (2 * chunks + 1)};
  ck_parallel(n * chunks, sum_task, &g);
  ck_parallel(n * groups, settle_task, &g);
  bool is_native = type == CK_BF16 && channels % 16 == 0 && ck_has_bf16();
  ck_parallel(n * chunks, is_native ? apply_natively : apply_task, &g);
  free(memory);
}

struct layer_norm {
  ck_type type;
  const void *x;
  void *y;
  int64_t rows, width, block;
  const float *weight, *bias;
  float eps;
};

INLINE void normalise_rows(const struct layer_norm *l, int64_t block, ck_type t) {
  int64_t c = l->width, last = min64((block + 1) * l->block, l->rows);
  for (int64_t row = block * l->block; row < last; row++) {
    const void *x = offset(l->x, row * c, t);
    void *y = offset(l->y, row * c, t);
    v16 total = all(0);
    for (int64_t k = 0; k < c; k += 16) total += load_some(x, k, min64(16, c - k), t);
    float mean = sum(total) / (float)c;
    total = all(0);
    for (int64_t k = 0; k + 16 <= c; k += 16) {
      v16 d = load(x, k, t) - mean;
      total += d * d;
    }
    float squares = sum(total);
    for (int64_t k = c & ~15; k < c; k++) squares += (get(x, k, t) - mean) * (get(x, k, t) - mean);
    float scale = 1 / sqrtf(squares / (float)c + l->eps);
    for (int64_t k = 0; k < c; k += 16) {
      int64_t count = min64(16, c - k);
      v16 v = (load_some(x, k, count, t) - mean) * scale * load_some(l->weight, k, count, CK_F32)
              + load_some(l->bias, k, count, CK_F32);
      store_some(y, k, count, t, v);
    }
  }
}

MULTIVERSIONED static void layer_norm_task(const void *context, int64_t i) {
  const struct layer_norm *l = context;
  if (l->type == CK_BF16) normalise_rows(l, i, CK_BF16);
  else normalise_rows(l, i, CK_F32);
}

#if defined(__x86_64__)
BF16_INLINE float sum_of(const __m512 *parts) {
  return _mm512_reduce_add_ps(_mm512_add_ps(_mm512_add_ps(parts[0], parts[1]), _mm512_add_ps(parts[2], parts[3])));
}

BF16 static void normalise_natively(const void *context, int64_t i) {
  const struct layer_norm *l = context;
  int64_t c = l->width, last = min64((i + 1) * l->block, l->rows);
  for (int64_t row = i * l->block; row < last; row++) {
    const uint16_t *x = (const uint16_t *)l->x + row * c;
    uint16_t *y = (uint16_t *)l->y + row * c;
    __m512 total[4] = {0}, squares[4] = {0};  // sums that need not wait for one another
    for (int64_t k = 0; k < c; k += 64)
      for (int j = 0; j < 4; j++) total[j] = _mm512_add_ps(total[j], widen(x + k + 16 * j));
    __m512 mean = _mm512_set1_ps(sum_of(total) / (float)c);
    for (int64_t k = 0; k < c; k += 64)
      for (int j = 0; j < 4; j++) {
        __m512 d = _mm512_sub_ps(widen(x + k + 16 * j), mean);
        squares[j] = _mm512_fmadd_ps(d, d, squares[j]);
      }
    __m512 scale = _mm512_set1_ps(1 / sqrtf(sum_of(squares) / (float)c + l->eps));
    for (int64_t k = 0; k < c; k += 16) {
      __m512 v = _mm512_mul_ps(_mm512_sub_ps(widen(x + k), mean), scale);
      round_to(y + k, _mm512_fmadd_ps(v, _mm512_loadu_ps(l->weight + k), _mm512_loadu_ps(l->bias + k)));
    }
  }
}
#else
static void normalise_natively(const void *context, int64_t i) { (void)context, (void)i; }
#endif

void ck_layer_norm(ck_type type, const void *x, void *y, int64_t rows, int64_t width, const float *weight,
                   const float *bias, float eps) {
  int64_t block = 32768 / width > 1 ? 32768 / width : 1;
  struct layer_norm l = {type, x, y, rows, width, block, weight, bias, eps};
  bool is_native = type == CK_BF16 && width % 64 == 0 && ck_has_bf16();
  ck_parallel((rows + block - 1) / block, is_native ? normalise_natively : layer_norm_task, &l);
}
