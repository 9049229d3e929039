#include "attention.h"

#include "team.h"
#include "vector.h"

// Attention in tiles that stay in cache, with the softmax kept as a running maximum and sum
// (Dao et al., FlashAttention, 2022, algorithm 1): the matrix of scores is never stored.
// Keys are packed sixteen to a vector, values row by row; both in fp32.

enum { ROWS = 24, KEYS = 256, MICRO = 6 };  // queries and keys of a tile; query rows of the inner kernels

// scratch: keys [n · heads, keys / 16, head_size, 16], then values [n · heads, keys, head_size up to 16].
INLINE float *packed_keys(const struct attention *a, int64_t i) {
  return (float *)a->scratch + i * up16(a->s.keys) * a->s.head_size;
}
INLINE float *packed_values(const struct attention *a, int64_t i) {
  return packed_keys(a, a->s.n * a->s.heads) + i * up16(a->s.keys) * up16(a->s.head_size);
}

INLINE void pack_head(const struct attention *a, int64_t i, ck_type t) {
  const ck_attention_shape *s = &a->s;
  int64_t image = i / s->heads, head = i % s->heads, d = s->head_size, wide = up16(d), padded = up16(s->keys);
  float *keys = packed_keys(a, i), *values = packed_values(a, i);
  for (int64_t j = 0; j < padded; j++) {
    int64_t k = (image * s->keys + j) * s->k_stride + head * d, v = (image * s->keys + j) * s->v_stride + head * d;
    for (int64_t c = 0; c < d; c++) keys[(j / 16 * d + c) * 16 + j % 16] = j < s->keys ? get(a->k, k + c, t) : 0;
    for (int64_t c = 0; c < wide; c += 16)
      store(values, j * wide + c, CK_F32, j < s->keys ? load_some(a->v, v + c, min64(16, d - c), t) : all(0));
  }
}
MULTIVERSIONED static void pack_task(const void *context, int64_t i) {
  const struct attention *a = context;
  if (a->s.type == CK_BF16) pack_head(a, i, CK_BF16);
  else pack_head(a, i, CK_F32);
}

// scores[r, 0..<16·vectors] = q[r, ·] · keys, for MICRO rows.
INLINE void multiply_keys(const float *q, const float *keys, int64_t d, float *scores, const int vectors) {
  v16 acc[MICRO][4];
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) acc[r][j] = all(0);
  for (int64_t c = 0; c < d; c++) {
    v16 k[4];
    for (int j = 0; j < vectors; j++) k[j] = load(keys, (j * d + c) * 16, CK_F32);
    for (int r = 0; r < MICRO; r++) {
      v16 x = all(q[r * d + c]);
      for (int j = 0; j < vectors; j++) acc[r][j] += x * k[j];
    }
  }
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) store(scores, r * KEYS + 16 * j, CK_F32, acc[r][j]);
}

// y[r, 0..<16·vectors] += p[r, ·] · values, for MICRO rows of `wide` columns.
INLINE void multiply_values(const float *p, const float *values, int64_t keys, int64_t wide, float *y,
                            const int vectors) {
  v16 acc[MICRO][4];
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) acc[r][j] = load(y, r * wide + 16 * j, CK_F32);
  for (int64_t k = 0; k < keys; k++) {
    v16 v[4];
    for (int j = 0; j < vectors; j++) v[j] = load(values, k * wide + 16 * j, CK_F32);
    for (int r = 0; r < MICRO; r++) {
      v16 x = all(p[r * KEYS + k]);
      for (int j = 0; j < vectors; j++) acc[r][j] += x * v[j];
    }
  }
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) store(y, r * wide + 16 * j, CK_F32, acc[r][j]);
}

INLINE void attend(const struct attention *a, int64_t task, ck_type t) {
  const ck_attention_shape *s = &a->s;
  int64_t blocks = (s->queries + ROWS - 1) / ROWS, i = task / blocks, first = task % blocks * ROWS;
  int64_t image = i / s->heads, head = i % s->heads, d = s->head_size, wide = up16(d);
  int64_t rows = min64(ROWS, s->queries - first);
  const float *keys = packed_keys(a, i), *values = packed_values(a, i);
  float q[ROWS * d] __attribute__((aligned(64))), y[ROWS * wide] __attribute__((aligned(64)));
  float scores[ROWS * KEYS] __attribute__((aligned(64)));
  float highest[ROWS], total[ROWS];
  for (int64_t r = 0; r < ROWS; r++) {
    highest[r] = -1e30f, total[r] = 0;
    for (int64_t c = 0; c < d; c++)
      q[r * d + c] = r < rows ? s->scale * get(a->q, (image * s->queries + first + r) * s->q_stride + head * d + c, t)
                              : 0;
  }
  memset(y, 0, sizeof y);

  int64_t visible = s->causal ? min64(s->keys, first + rows) : s->keys;
  for (int64_t key = 0; key < visible; key += KEYS) {
    int64_t count = min64(KEYS, visible - key), lanes = up16(count);
    for (int64_t r = 0; r < ROWS; r += MICRO)
      for (int64_t c = 0; c < lanes; c += 64) {
        const float *k = keys + (key + c) * d;
        float *to = scores + r * KEYS + c;
        switch (min64(64, lanes - c) / 16) {
          case 4: multiply_keys(q + r * d, k, d, to, 4); break;
          case 3: multiply_keys(q + r * d, k, d, to, 3); break;
          case 2: multiply_keys(q + r * d, k, d, to, 2); break;
          default: multiply_keys(q + r * d, k, d, to, 1); break;
        }
      }
    for (int64_t r = 0; r < ROWS; r++) {
      float *row = scores + r * KEYS;
      int64_t seen = s->causal ? min64(count, first + r + 1 - key) : count;
      for (int64_t c = seen > 0 ? seen : 0; c < lanes; c++) row[c] = -1e30f;
      v16 m = all(highest[r]);
      for (int64_t c = 0; c < lanes; c += 16) m = vmax(m, load(row, c, CK_F32));
      float high = maximum(m), shrink = highest[r] - high < -87 ? 0 : expf(highest[r] - high);
      v16 added = all(0);
      for (int64_t c = 0; c < lanes; c += 16) {
        v16 e = vexp(load(row, c, CK_F32) - high);
        store(row, c, CK_F32, e);
        added += e;
      }
      highest[r] = high;
      total[r] = total[r] * shrink + sum(added);
      if (shrink != 1)
        for (int64_t c = 0; c < wide; c += 16) store(y, r * wide + c, CK_F32, load(y, r * wide + c, CK_F32) * shrink);
    }
    for (int64_t r = 0; r < ROWS; r += MICRO)
      for (int64_t c = 0; c < wide; c += 64) {
        const float *v = values + key * wide + c;
        float *to = y + r * wide + c;
        switch (min64(64, wide - c) / 16) {
          case 4: multiply_values(scores + r * KEYS, v, count, wide, to, 4); break;
          case 3: multiply_values(scores + r * KEYS, v, count, wide, to, 3); break;
          case 2: multiply_values(scores + r * KEYS, v, count, wide, to, 2); break;
          default: multiply_values(scores + r * KEYS, v, count, wide, to, 1); break;
        }
      }
  }
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < d; c += 16)
      store_some(a->y, (image * s->queries + first + r) * s->y_stride + head * d + c, min64(16, d - c), t,
                 load(y, r * wide + c, CK_F32) / total[r]);
}
MULTIVERSIONED static void attend_task(const void *context, int64_t i) {
  const struct attention *a = context;
  if (a->s.type == CK_BF16) attend(a, i, CK_BF16);
  else attend(a, i, CK_F32);
}

size_t ck_attention_scratch(const ck_attention_shape *s) {
  return sizeof(float) * (size_t)(s->n * s->heads * up16(s->keys) * (s->head_size + up16(s->head_size)));
}

void ck_attention(const ck_attention_shape *s, const void *q, const void *k, const void *v, void *y, void *scratch) {
  struct attention a = {*s, q, k, v, y, scratch};
  if (s->type == CK_BF16 && ck_has_bf16()) {
    ck_attention_bf16(&a);
    return;
  }
  int64_t heads = s->n * s->heads;
  ck_parallel(heads, pack_task, &a);
  ck_parallel(heads * ((s->queries + ROWS - 1) / ROWS), attend_task, &a);
}
