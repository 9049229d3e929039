// What the two attentions in bf16 have in common: pairs of numbers, and the softmax between their products.
#pragma once
#include "attention.h"

#if defined(__x86_64__)

#include <immintrin.h>

#include "vector.h"

#define BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16,avx512dq")))
#define BF16_INLINE BF16 INLINE

typedef uint32_t pair;  // two bf16, the first in the low half

BF16_INLINE int64_t pairs(int64_t d) { return (d + 1) / 2; }

// Sixteen keys: pair by pair, so that what is written lies together; zeros up to `deep` pairs.
BF16_INLINE void pack_keys(const struct attention *a, int64_t image, int64_t head, int64_t first, pair *to,
                           int64_t deep) {
  const ck_attention_shape *s = &a->s;
  int64_t d = s->head_size, here = min64(16, s->keys - first);
  const uint16_t *k = (const uint16_t *)a->k + (image * s->keys + first) * s->k_stride + head * d;
  for (int64_t p = 0; p < deep; p++, to += 16)
    for (int64_t j = 0; j < 16; j++) {
      const uint16_t *from = k + j * s->k_stride + 2 * p;
      if (j >= here || 2 * p >= d) to[j] = 0;
      else if (2 * p + 1 < d) memcpy(to + j, from, sizeof *to);
      else to[j] = *from;
    }
}

// `count` columns of two keys, the second or both of which may not be there.
BF16_INLINE void pair_up(const uint16_t *low, const uint16_t *high, int64_t count, pair *to) {
  if (high)
    for (int64_t c = 0; c < count; c++) to[c] = low[c] | (pair)high[c] << 16;
  else
    for (int64_t c = 0; c < count; c++) to[c] = low ? low[c] : 0;
}

// 2ˣ for x ≤ 127 to about 8e-5, a twentieth of what bf16 can tell: a polynomial on the fraction from -1/2 to 1/2.
// NaN stays NaN. Nothing falls below 2⁻¹⁰⁰, which is as good as 0: subnormal numbers would take ten times as long.
BF16_INLINE __m512 exp2_of(__m512 x) {
  x = _mm512_max_ps(_mm512_set1_ps(-100.0f), x);
  __m512 n = _mm512_roundscale_ps(x, 0), f = _mm512_sub_ps(x, n);
  __m512 p = _mm512_set1_ps(5.51715679e-2f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.42611110e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.93261027e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(9.99928057e-1f));
  return _mm512_scalef_ps(p, n);
}

BF16_INLINE void round_to(uint16_t *to, __m512 x) {
  __m256bh rounded = _mm512_cvtneps_pbh(x);
  memcpy(to, &rounded, sizeof rounded);
}

// Scores count in powers of two: 2^(x log₂ e) is eˣ.
BF16_INLINE float base_two(float scale) { return scale * 1.44269504f; }

// A query row on its way through the keys. Probabilities are powers of two of the scores less `base`, which is near
// the highest of those so far: floating numbers bear what is missing, and only where a score is far above is it raised.
struct row {
  __m512 total;  // lane by lane
  float base;
};

enum { FAR = 64 };  // in powers of two; the sum of more keys than memory holds stays below 2¹²⁷

BF16_INLINE struct row first_row(void) { return (struct row){_mm512_setzero_ps(), -INFINITY}; }
BF16_INLINE float share_of(const struct row *row) { return 1 / _mm512_reduce_add_ps(row->total); }

// Raises the base to the highest of the scores, and tells by how much all that came before shrinks.
BF16_INLINE float raise(struct row *row, const float *scores, int64_t lanes, float scale) {
  __m512 most = _mm512_loadu_ps(scores);
  for (int64_t c = 16; c < lanes; c += 16) most = _mm512_max_ps(most, _mm512_loadu_ps(scores + c));
  float base = _mm512_reduce_max_ps(most) * scale, shrink = exp2f(row->base - base);
  row->base = base;
  row->total = _mm512_mul_ps(row->total, _mm512_set1_ps(shrink));
  return shrink;
}

// Turns a row of `seen` scores into probabilities, filled up with zeros to whole lanes, and tells by how much y shrinks.
BF16_INLINE float soften(struct row *row, float *scores, int64_t seen, int64_t lanes, float scale, pair *probabilities) {
  for (int64_t c = seen > 0 ? seen : 0; c < lanes; c++) scores[c] = -1e30f;
  float shrink = row->base == -INFINITY ? raise(row, scores, lanes, scale) : 1;
  for (bool is_raised = false;; is_raised = true) {
    __m512 by = _mm512_set1_ps(scale), shift = _mm512_set1_ps(-row->base);
    __m512 added = _mm512_setzero_ps(), most = _mm512_setzero_ps();
    for (int64_t c = 0; c < lanes; c += 32) {
      __m512 low = _mm512_fmadd_ps(_mm512_loadu_ps(scores + c), by, shift);
      __m512 up = _mm512_fmadd_ps(_mm512_loadu_ps(scores + c + 16), by, shift);
      most = _mm512_max_ps(most, _mm512_max_ps(low, up));
      low = exp2_of(low), up = exp2_of(up);
      added = _mm512_add_ps(added, _mm512_add_ps(low, up));
      _mm512_storeu_si512(probabilities + c / 2, (__m512i)_mm512_cvtne2ps_pbh(up, low));
    }
    if (is_raised || _mm512_cmp_ps_mask(most, _mm512_set1_ps(FAR), _CMP_GT_OQ) == 0) {
      row->total = _mm512_add_ps(row->total, added);
      return shrink;
    }
    shrink *= raise(row, scores, lanes, scale);
  }
}

// y *= shrink, for whole vectors.
BF16_INLINE void scale_row(float *y, int64_t wide, float shrink) {
  if (shrink == 1) return;
  for (int64_t c = 0; c < wide; c += 16)
    _mm512_storeu_ps(y + c, _mm512_mul_ps(_mm512_loadu_ps(y + c), _mm512_set1_ps(shrink)));
}

// y = x · share, rounded.
BF16_INLINE void round_row(uint16_t *y, const float *x, int64_t count, float share) {
  int64_t c = 0;
  for (; c + 16 <= count; c += 16) round_to(y + c, _mm512_mul_ps(_mm512_loadu_ps(x + c), _mm512_set1_ps(share)));
  for (; c < count; c++) y[c] = bf16_bits(x[c] * share);
}

#endif
