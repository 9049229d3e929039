#include "attention_pairs.h"

#if defined(__x86_64__)

// The tiles of attention.c with AVX512-BF16: one instruction multiplies two bf16 pairs a lane and adds them in fp32.
// Keys are packed sixteen to a vector with neighbouring channels paired, values with neighbouring keys paired.
// Probabilities are rounded to bf16 for the second product; their sum is kept in fp32.

enum { ROWS = 36, KEYS = 512, MICRO = 6 };  // queries and keys of a tile; query rows that are worked on together

// A head of 8, 24, 40… channels ends with half a vector. Two pairs of keys share one then, lane by lane in turn.
BF16_INLINE bool ends_half(int64_t d) { return d % 16 == 8; }
// Columns in whole vectors.
BF16_INLINE int64_t whole(int64_t d) { return ends_half(d) ? d - 8 : up16(d); }

// scratch: keys [n · heads, keys / 16, pairs, 16], then values [n · heads] of
// [keys / 2, whole] and, where they end half, [keys / 4, 16].
BF16_INLINE pair *packed_keys(const struct attention *a, int64_t i) {
  return (pair *)a->scratch + i * up16(a->s.keys) * pairs(a->s.head_size);
}
BF16_INLINE pair *packed_values(const struct attention *a, int64_t i) {
  return packed_keys(a, a->s.n * a->s.heads) + i * up16(a->s.keys) / 2 * up16(a->s.head_size);
}
BF16_INLINE pair *packed_halves(const struct attention *a, int64_t i) {
  return packed_values(a, i) + up16(a->s.keys) / 2 * whole(a->s.head_size);
}

BF16 static void pack_task(const void *context, int64_t i) {
  const struct attention *a = context;
  const ck_attention_shape *s = &a->s;
  int64_t image = i / s->heads, head = i % s->heads, d = s->head_size, columns = whole(d), padded = up16(s->keys);
  pair *keys = packed_keys(a, i), *values = packed_values(a, i), *halves = packed_halves(a, i);
  for (int64_t j = 0; j < padded; j += 16) pack_keys(a, image, head, j, keys + j * pairs(d), pairs(d));
  for (int64_t j = 0; j < padded; j += 2) {
    const uint16_t *v = (const uint16_t *)a->v + (image * s->keys + j) * s->v_stride + head * d;
    const uint16_t *low = j < s->keys ? v : NULL, *high = j + 1 < s->keys ? v + s->v_stride : NULL;
    int64_t there = min64(d, columns);
    pair *to = values + j / 2 * columns, half[8];
    pair_up(low, high, there, to);
    for (int64_t c = there; c < columns; c++) to[c] = 0;
    if (!ends_half(d)) continue;
    pair_up(low ? low + columns : NULL, high ? high + columns : NULL, 8, half);
    for (int64_t c = 0; c < 8; c++) halves[j / 4 * 16 + 2 * c + j / 2 % 2] = half[c];
  }
}

BF16_INLINE __m512 dot(__m512 sum, pair x, __m512i y) {
  return _mm512_dpbf16_ps(sum, (__m512bh)_mm512_set1_epi32((int)x), (__m512bh)y);
}

// scores[r, 0..<16·vectors] = q[r, ·] · keys, for MICRO rows of `count` pairs.
BF16_INLINE void multiply_keys(const pair *q, const pair *keys, int64_t count, float *scores, const int vectors) {
  __m512 sum[MICRO][4];
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) sum[r][j] = _mm512_setzero_ps();
  for (int64_t p = 0; p < count; p++) {
    __m512i k[4];
    for (int j = 0; j < vectors; j++) k[j] = _mm512_loadu_si512(keys + (j * count + p) * 16);
    for (int r = 0; r < MICRO; r++)
      for (int j = 0; j < vectors; j++) sum[r][j] = dot(sum[r][j], q[r * count + p], k[j]);
  }
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) _mm512_storeu_ps(scores + r * KEYS + 16 * j, sum[r][j]);
}

// y[r, 0..<16·vectors] += p[r, ·] · values, for MICRO rows and `count` pairs of keys, a multiple of two;
// then, if there are halves, the sixteen behind, of which neighbours are added up at the end.
BF16_INLINE void multiply_values(const pair *p, const pair *values, int64_t columns, const pair *halves, int64_t count,
                                 float *y, int64_t wide, const int vectors, const bool half) {
  __m512 sum[MICRO][4];
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors + half; j++) sum[r][j] = _mm512_loadu_ps(y + r * wide + 16 * j);
  for (int64_t k = 0; k < count; k += 2) {
    for (int64_t l = k; l < k + 2; l++) {
      __m512i v[4];
      for (int j = 0; j < vectors; j++) v[j] = _mm512_loadu_si512(values + l * columns + 16 * j);
      for (int r = 0; r < MICRO; r++)
        for (int j = 0; j < vectors; j++) sum[r][j] = dot(sum[r][j], p[r * KEYS / 2 + l], v[j]);
    }
    if (!half) continue;
    __m512i v = _mm512_loadu_si512(halves + k / 2 * 16);
    for (int r = 0; r < MICRO; r++) {
      long long two;
      memcpy(&two, p + r * KEYS / 2 + k, sizeof two);
      sum[r][vectors] = _mm512_dpbf16_ps(sum[r][vectors], (__m512bh)_mm512_set1_epi64(two), (__m512bh)v);
    }
  }
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors + half; j++) _mm512_storeu_ps(y + r * wide + 16 * j, sum[r][j]);
}

BF16 static void attend_task(const void *context, int64_t task) {
  const struct attention *a = context;
  const ck_attention_shape *s = &a->s;
  int64_t blocks = (s->queries + ROWS - 1) / ROWS, i = task / blocks, first = task % blocks * ROWS;
  int64_t image = i / s->heads, head = i % s->heads, d = s->head_size, count = pairs(d);
  int64_t columns = whole(d), wide = columns + (ends_half(d) ? 16 : 0);
  int64_t rows = min64(ROWS, s->queries - first), used = (rows + MICRO - 1) / MICRO * MICRO;
  const pair *keys = packed_keys(a, i), *values = packed_values(a, i), *halves = packed_halves(a, i);
  pair q[ROWS * count], probabilities[MICRO * KEYS / 2] __attribute__((aligned(64)));
  float y[ROWS * wide] __attribute__((aligned(64))), scores[MICRO * KEYS] __attribute__((aligned(64)));
  struct row state[ROWS];

  for (int64_t r = 0; r < used; r++) {
    const uint16_t *row = (const uint16_t *)a->q + (image * s->queries + first + r) * s->q_stride + head * d;
    pair *to = q + r * count;
    to[count - 1] = 0;
    if (r < rows) memcpy(to, row, sizeof *row * (size_t)d);
    else memset(to, 0, sizeof *to * (size_t)count);
    state[r] = first_row();
  }
  memset(y, 0, sizeof(float) * (size_t)(used * wide));

  unsigned control = flush_smallest();
  float scale = base_two(s->scale);
  int64_t visible = s->causal ? min64(s->keys, first + rows) : s->keys;
  for (int64_t key = 0; key < visible; key += KEYS) {
    int64_t here = min64(KEYS, visible - key), lanes = (here + 31) / 32 * 32, filled = up16(here);
    for (int64_t r = 0; r < used; r += MICRO) {
      for (int64_t c = 0; c < filled; c += 64) {
        const pair *k = keys + (key + c) * count;
        switch (min64(64, filled - c) / 16) {
          case 4: multiply_keys(q + r * count, k, count, scores + c, 4); break;
          case 3: multiply_keys(q + r * count, k, count, scores + c, 3); break;
          case 2: multiply_keys(q + r * count, k, count, scores + c, 2); break;
          default: multiply_keys(q + r * count, k, count, scores + c, 1); break;
        }
      }
      for (int64_t j = 0; j < MICRO; j++) {
        int64_t seen = s->causal ? min64(here, first + r + j + 1 - key) : here;
        float shrink = soften(state + r + j, scores + j * KEYS, seen, lanes, scale, probabilities + j * KEYS / 2);
        scale_row(y + (r + j) * wide, wide, shrink);
      }
      const pair *h = halves + key / 4 * 16;
      for (int64_t c = 0; c < wide; c += 64) {
        const pair *v = values + key / 2 * columns + c;
        float *to = y + r * wide + c;
        bool half = ends_half(d) && wide - c <= 64;
        switch (min64(64, wide - c) / 16 - half) {
          case 4: multiply_values(probabilities, v, columns, h, filled / 2, to, wide, 4, false); break;
          case 3:
            half ? multiply_values(probabilities, v, columns, h, filled / 2, to, wide, 3, true)
                 : multiply_values(probabilities, v, columns, h, filled / 2, to, wide, 3, false);
            break;
          case 2:
            half ? multiply_values(probabilities, v, columns, h, filled / 2, to, wide, 2, true)
                 : multiply_values(probabilities, v, columns, h, filled / 2, to, wide, 2, false);
            break;
          case 1:
            half ? multiply_values(probabilities, v, columns, h, filled / 2, to, wide, 1, true)
                 : multiply_values(probabilities, v, columns, h, filled / 2, to, wide, 1, false);
            break;
          default: multiply_values(probabilities, v, columns, h, filled / 2, to, wide, 0, true); break;
        }
      }
    }
  }
  _mm_setcsr(control);
  for (int64_t r = 0; r < rows; r++) {
    uint16_t *row = (uint16_t *)a->y + (image * s->queries + first + r) * s->y_stride + head * d;
    const float *from = y + r * wide;
    float share = share_of(state + r);
    round_row(row, from, min64(columns, d), share);
    if (!ends_half(d)) continue;
    __m512 twos = _mm512_mul_ps(_mm512_loadu_ps(from + columns), _mm512_set1_ps(share));
    __m512 sums = _mm512_maskz_compress_ps(0x5555, _mm512_add_ps(twos, _mm512_permute_ps(twos, 0xb1)));
    uint16_t last[16];
    round_to(last, sums);
    memcpy(row + columns, last, sizeof *row * 8);
  }
}

void ck_attention_bf16(const struct attention *a) {
  int64_t heads = a->s.n * a->s.heads;
  ck_parallel(heads, pack_task, a);
  ck_parallel(heads * ((a->s.queries + ROWS - 1) / ROWS), attend_task, a);
}

#else
void ck_attention_bf16(const struct attention *a) { (void)a; }
#endif
