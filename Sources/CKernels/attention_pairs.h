// What the two attentions in bf16 have in common: pairs of numbers, and the softmax between their products.
#pragma once
#include "attention.h"

#if defined(__x86_64__)

#include "bf16.h"

typedef uint32_t pair;  // two bf16, the first in the low half

BF16_INLINE int64_t pairs(int64_t d) { return (d + 1) / 2; }

// rows[i][j] becomes rows[j][i]: within quarters of registers by ones and twos, then quarter by quarter.
BF16_INLINE void transpose(__m512i rows[16]) {
  __m512i a[16], b[16];
  for (int i = 0; i < 16; i += 2) {
    a[i] = _mm512_unpacklo_epi32(rows[i], rows[i + 1]);
    a[i + 1] = _mm512_unpackhi_epi32(rows[i], rows[i + 1]);
  }
  for (int i = 0; i < 16; i += 4)
    for (int j = 0; j < 2; j++) {
      b[i + 2 * j] = _mm512_unpacklo_epi64(a[i + j], a[i + j + 2]);
      b[i + 2 * j + 1] = _mm512_unpackhi_epi64(a[i + j], a[i + j + 2]);
    }
  for (int i = 0; i < 4; i++) {
    __m512i low = _mm512_shuffle_i32x4(b[i], b[i + 4], 0x44), high = _mm512_shuffle_i32x4(b[i], b[i + 4], 0xee);
    __m512i low2 = _mm512_shuffle_i32x4(b[i + 8], b[i + 12], 0x44);
    __m512i high2 = _mm512_shuffle_i32x4(b[i + 8], b[i + 12], 0xee);
    rows[i] = _mm512_shuffle_i32x4(low, low2, 0x88);
    rows[i + 4] = _mm512_shuffle_i32x4(low, low2, 0xdd);
    rows[i + 8] = _mm512_shuffle_i32x4(high, high2, 0x88);
    rows[i + 12] = _mm512_shuffle_i32x4(high, high2, 0xdd);
  }
}

// The first `count` lanes of thirty-two, or of sixteen.
BF16_INLINE __mmask32 lanes_of(int64_t count) {
  return count >= 32 ? 0xffffffff : count <= 0 ? 0 : (1u << count) - 1;
}

// Thirty-two numbers of which `count` are there, and zeros.
BF16_INLINE __m512i load_pairs(const uint16_t *from, int64_t count) {
  return _mm512_maskz_loadu_epi16(lanes_of(count), from);
}

// Sixteen keys: pair by pair, so that what is written lies together; zeros up to `deep` pairs.
BF16_INLINE void pack_keys(const struct attention *a, int64_t image, int64_t head, int64_t first, pair *to,
                           int64_t deep) {
  const ck_attention_shape *s = &a->s;
  int64_t d = s->head_size, here = min64(16, s->keys - first);
  const uint16_t *k = (const uint16_t *)a->k + (image * s->keys + first) * s->k_stride + head * d;
  for (int64_t p = 0; p < deep; p += 16) {
    __m512i rows[16];
    for (int64_t j = 0; j < 16; j++) rows[j] = load_pairs(k + j * s->k_stride + 2 * p, j < here ? d - 2 * p : 0);
    transpose(rows);
    for (int64_t i = 0; i < 16; i++)
      if (p + i < deep) _mm512_storeu_si512(to + (p + i) * 16, rows[i]);
  }
}

// `count` columns of two keys, the second or both of which may not be there.
BF16_INLINE void pair_up(const uint16_t *low, const uint16_t *high, int64_t count, pair *to) {
  if (high)
    for (int64_t c = 0; c < count; c++) to[c] = low[c] | (pair)high[c] << 16;
  else
    for (int64_t c = 0; c < count; c++) to[c] = low ? low[c] : 0;
}

// Scores count in powers of two: 2^(x log₂ e) is eˣ.
BF16_INLINE float base_two(float scale) { return scale * 1.44269504f; }

// A query row on its way through the keys. Probabilities are powers of two of the scores less `base`, which is near
// the highest of those so far: floating numbers bear what is missing, and only where a score is far above is it raised.
struct row {
  __m512 total;  // lane by lane
  float base;
};

#define FAR 0x1p64f  // of a sum of probabilities; more keys than memory holds stay below 2¹²⁷

BF16_INLINE struct row first_row(void) { return (struct row){_mm512_setzero_ps(), -INFINITY}; }
BF16_INLINE float share_of(const struct row *row) { return 1 / _mm512_reduce_add_ps(row->total); }

// Sixteen scores from `c` on; those that are not seen are lower than any other.
BF16_INLINE __m512 load_seen(const float *scores, int64_t c, int64_t seen) {
  return _mm512_mask_loadu_ps(_mm512_set1_ps(-1e30f), (__mmask16)lanes_of(seen - c), scores + c);
}

// Raises the base to the highest of the scores, and tells by how much all that came before shrinks.
BF16_INLINE float raise(struct row *row, const float *scores, int64_t seen, float scale) {
  __m512 most = load_seen(scores, 0, seen);
  for (int64_t c = 16; c < seen; c += 16) most = _mm512_max_ps(most, load_seen(scores, c, seen));
  float base = _mm512_reduce_max_ps(most) * scale;
  float shrink = row->base == -INFINITY ? 1 : exp2f(row->base - base);  // of nothing yet there is nothing to shrink
  row->base = base;
  row->total = _mm512_mul_ps(row->total, _mm512_set1_ps(shrink));
  return shrink;
}

// 2ˣ to about 1e-4, a twentieth of what bf16 can tell: a polynomial on the fraction. NaN stays NaN. Unlike exp2_of it
// has no floor: see flush_smallest.
BF16_INLINE __m512 power_of_two(__m512 x) {
  __m512 fraction = _mm512_reduce_ps(x, _MM_FROUND_TO_NEG_INF | _MM_FROUND_NO_EXC), p = _mm512_set1_ps(7.80240372e-2f);
  p = _mm512_fmadd_ps(p, fraction, _mm512_set1_ps(2.26067081e-1f));
  p = _mm512_fmadd_ps(p, fraction, _mm512_set1_ps(6.95833981e-1f));
  p = _mm512_fmadd_ps(p, fraction, _mm512_set1_ps(9.99925137e-1f));
  return _mm512_scalef_ps(p, x);
}

// Stores the powers of two of thirty-two numbers, and gives their sums.
BF16_INLINE __m512 store_powers(__m512 low, __m512 up, pair *to) {
  low = power_of_two(low), up = power_of_two(up);
  _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(up, low));
  return _mm512_add_ps(low, up);
}

// From here on numbers too small for a float's exponent become 0: a processor takes ten times as long for them. Gives
// what _mm_setcsr sets back.
BF16_INLINE unsigned flush_smallest(void) {
  unsigned before = _mm_getcsr();
  _mm_setcsr(before | _MM_FLUSH_ZERO_ON);
  return before;
}

// Turns a row of `seen` scores into probabilities, filled up with zeros to whole `lanes`, and tells by how much y shrinks.
BF16_INLINE float soften(struct row *row, const float *scores, int64_t seen, int64_t lanes, float scale,
                         pair *probabilities) {
  float shrink = row->base == -INFINITY ? raise(row, scores, seen, scale) : 1;
  for (bool is_raised = false;; is_raised = true) {
    __m512 by = _mm512_set1_ps(scale), shift = _mm512_set1_ps(-row->base), added = _mm512_setzero_ps();
    int64_t c = 0;
    for (; c + 32 <= seen; c += 32)
      added = _mm512_add_ps(added, store_powers(_mm512_fmadd_ps(_mm512_loadu_ps(scores + c), by, shift),
                                                _mm512_fmadd_ps(_mm512_loadu_ps(scores + c + 16), by, shift),
                                                probabilities + c / 2));
    for (; c < lanes; c += 32)
      added = _mm512_add_ps(added, store_powers(_mm512_fmadd_ps(load_seen(scores, c, seen), by, shift),
                                                _mm512_fmadd_ps(load_seen(scores, c + 16, seen), by, shift),
                                                probabilities + c / 2));
    if (is_raised || _mm512_cmp_ps_mask(added, _mm512_set1_ps(FAR), _CMP_GT_OQ) == 0) {
      row->total = _mm512_add_ps(row->total, added);
      return shrink;
    }
    shrink *= raise(row, scores, seen, scale);
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
