#include <stdlib.h>

#include "team.h"
#include "vector.h"

// Group normalisation in two passes over memory. The first sums each channel of a chunk of pixels,
// as differences from the channel's first pixel so that nothing cancels; the second applies one factor and
// one offset a channel. Chunks depend on the shape alone.

struct group_norm {
  ck_type type;
  const void *x;
  void *y;
  int64_t n, pixels, channels, chunk, chunks;
  bool silu;
  float *sums;             // [n, chunks, 2, channels]: Σ d and Σ d²
  float *factor, *offset;  // [n, channels]
};

INLINE void sum_chunk(const struct group_norm *g, int64_t i, ck_type t) {
  int64_t image = i / g->chunks, chunk = i % g->chunks, c = g->channels;
  int64_t first = chunk * g->chunk, last = min64(first + g->chunk, g->pixels);
  const void *x = offset(g->x, image * g->pixels * c, t);
  float *s = g->sums + i * 2 * c;
  for (int64_t k = 0; k < c; k += 16) {
    int64_t count = min64(16, c - k);
    v16 pivot = load_some(x, k, count, t), a = all(0), b = all(0);
    for (int64_t p = first; p < last; p++) {
      v16 d = load_some(x, p * c + k, count, t) - pivot;
      a += d;
      b += d * d;
    }
    store_some(s, k, count, CK_F32, a);
    store_some(s + c, k, count, CK_F32, b);
  }
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

void ck_group_norm(ck_type type, const void *x, void *y, int64_t n, int64_t pixels, int64_t channels, int64_t groups,
                   const float *weight, const float *bias, float eps, const float *shift, int64_t shifts, bool silu) {
  // At most 256 pixels, so that sums in single precision stay exact enough.
  int64_t chunk = min64(32768 / channels > 1 ? 32768 / channels : 1, 256);
  int64_t chunks = (pixels + chunk - 1) / chunk, width = channels / groups;
  float *memory = malloc(sizeof(float) * (size_t)(n * channels * (2 * chunks + 2)));
  struct group_norm g = {type, x, y, n, pixels, channels, chunk, chunks, silu, memory,
                         memory + n * chunks * 2 * channels, memory + n * channels * (2 * chunks + 1)};
  ck_parallel(n * chunks, sum_task, &g);
  for (int64_t image = 0; image < n; image++) {
    const float *s = shifts == 0 ? NULL : shift + (shifts == 1 ? 0 : image * channels);
    for (int64_t group = 0; group < groups; group++) {
      int64_t first = group * width;
      double means[width], mean = 0, squares = 0;  // of the channels; squares: Σ (x - mean of the channel)²
      for (int64_t k = 0; k < width; k++) {
        double a = 0, b = 0;
        for (int64_t j = 0; j < chunks; j++) {
          const float *part = g.sums + (image * chunks + j) * 2 * channels + first + k;
          a += part[0], b += part[channels];
        }
        means[k] = get(x, image * pixels * channels + first + k, type) + a / (double)pixels + (s ? s[first + k] : 0);
        mean += means[k] / (double)width;
        squares += b - a * a / (double)pixels;
      }
      for (int64_t k = 0; k < width; k++) squares += (double)pixels * (means[k] - mean) * (means[k] - mean);
      double scale = 1 / sqrt(squares / (double)(pixels * width) + eps);
      for (int64_t k = first; k < first + width; k++) {
        g.factor[image * channels + k] = (float)(weight[k] * scale);
        g.offset[image * channels + k] = (float)(((s ? s[k] : 0) - mean) * scale * weight[k] + bias[k]);
      }
    }
  }
  ck_parallel(n * chunks, apply_task, &g);
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

void ck_layer_norm(ck_type type, const void *x, void *y, int64_t rows, int64_t width, const float *weight,
                   const float *bias, float eps) {
  int64_t block = 32768 / width > 1 ? 32768 / width : 1;
  struct layer_norm l = {type, x, y, rows, width, block, weight, bias, eps};
  ck_parallel((rows + block - 1) / block, layer_norm_task, &l);
}
