#include "attention.h"

#include "vector.h"

// Attention in tiles that stay in cache, with the softmax kept as a running base and sum (after Dao et al.,
// FlashAttention, 2022, algorithm 1, whose base is the maximum): the matrix of scores is never stored.
// Keys and values are packed sixteen to a vector; both in fp32.
//
// The inner kernels keep MICRO rows of some vectors in registers: four with AVX-512, which has 32 registers
// of 64 bytes, and one elsewhere, since the 16 registers of AVX2 hold no more.

enum { ROWS = 24, KEYS = 128, MICRO = 6 };  // queries and keys of a tile; query rows of the inner kernels

// scratch: keys [n · heads, keys / 16, head_size, 16], then values [n · heads, head_size / 16, keys, 16],
// keys and the columns of values filled up to sixteen with zeros.
INLINE float *packed_keys(const struct attention *a, int64_t i) {
  return (float *)a->scratch + i * up16(a->s.keys) * a->s.head_size;
}
INLINE float *packed_values(const struct attention *a, int64_t i) {
  return packed_keys(a, a->s.n * a->s.heads) + i * up16(a->s.keys) * up16(a->s.head_size);
}

// y[c, 0..<8] = rows[0..<8, c] for eight columns.
INLINE void transpose8(const v8 row[8], float *y, int64_t y_stride) {
  v8 a[8], b[8];
  for (int i = 0; i < 4; i++) {
    a[2 * i] = __builtin_shufflevector(row[2 * i], row[2 * i + 1], 0, 8, 1, 9, 4, 12, 5, 13);
    a[2 * i + 1] = __builtin_shufflevector(row[2 * i], row[2 * i + 1], 2, 10, 3, 11, 6, 14, 7, 15);
  }
  for (int i = 0; i < 8; i += 4)
    for (int j = 0; j < 2; j++) {
      b[i + 2 * j] = __builtin_shufflevector(a[i + j], a[i + j + 2], 0, 1, 8, 9, 4, 5, 12, 13);
      b[i + 2 * j + 1] = __builtin_shufflevector(a[i + j], a[i + j + 2], 2, 3, 10, 11, 6, 7, 14, 15);
    }
  for (int c = 0; c < 4; c++) {
    v8 low = __builtin_shufflevector(b[c], b[c + 4], 0, 1, 2, 3, 8, 9, 10, 11);
    v8 high = __builtin_shufflevector(b[c], b[c + 4], 4, 5, 6, 7, 12, 13, 14, 15);
    memcpy(y + c * y_stride, &low, sizeof low);
    memcpy(y + (c + 4) * y_stride, &high, sizeof high);
  }
}

INLINE v8 load8(const void *p, int64_t i, ck_type t) {
  v8 x;
  if (t == CK_BF16) {
    uint16_t b __attribute__((vector_size(16)));
    uint32_t u __attribute__((vector_size(32)));
    memcpy(&b, (const uint16_t *)p + i, sizeof b);
    u = __builtin_convertvector(b, typeof(u)) << 16;
    memcpy(&x, &u, sizeof x);
  } else {
    memcpy(&x, (const float *)p + i, sizeof x);
  }
  return x;
}

INLINE void pack_head(const struct attention *a, int64_t i, ck_type t) {
  const ck_attention_shape *s = &a->s;
  int64_t image = i / s->heads, head = i % s->heads, d = s->head_size, wide = up16(d), padded = up16(s->keys);
  float *keys = packed_keys(a, i), *values = packed_values(a, i);
  for (int64_t j = 0; j < padded; j += 8) {
    float *to = keys + j / 16 * d * 16 + j % 16;
    int64_t from = (image * s->keys + j) * s->k_stride + head * d, c = 0, count = min64(8, s->keys - j);
    for (; count == 8 && c + 8 <= d; c += 8) {
      v8 row[8];
      for (int r = 0; r < 8; r++) row[r] = load8(a->k, from + r * s->k_stride + c, t);
      transpose8(row, to + c * 16, 16);
    }
    for (; c < d; c++)
      for (int64_t r = 0; r < 8; r++) to[c * 16 + r] = r < count ? get(a->k, from + r * s->k_stride + c, t) : 0;
  }
  for (int64_t j = 0; j < padded; j++) {
    int64_t from = (image * s->keys + j) * s->v_stride + head * d;
    for (int64_t c = 0; c < wide; c += 16)
      store(values, c * padded + j * 16, CK_F32,
            j < s->keys ? load_some(a->v, from + c, min64(16, d - c), t) : all(0));
  }
}
MULTIVERSIONED static void pack_task(const void *context, int64_t i) {
  const struct attention *a = context;
  if (a->s.type == CK_BF16) pack_head(a, i, CK_BF16);
  else pack_head(a, i, CK_F32);
}

// scores[r, 0..<16·vectors] = q[·, r] · keys, for MICRO rows.
INLINE void multiply_keys(const float *q, const float *keys, int64_t d, float *scores, const int vectors) {
  v16 acc[MICRO][4];
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) acc[r][j] = all(0);
  for (int64_t c = 0; c < d; c++) {
    v16 k[4];
    for (int j = 0; j < vectors; j++) k[j] = load(keys, (j * d + c) * 16, CK_F32);
    for (int r = 0; r < MICRO; r++) {
      v16 x = all(q[c * MICRO + r]);
      for (int j = 0; j < vectors; j++) acc[r][j] += x * k[j];
    }
  }
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) store(scores, r * KEYS + 16 * j, CK_F32, acc[r][j]);
}

// y[r, 0..<16·vectors] += p[r, ·] · values, for MICRO rows of `wide` columns.
// Every sixteen columns of values begin `panel` behind the ones before.
INLINE void multiply_values(const float *p, const float *values, int64_t panel, int64_t keys, int64_t wide, float *y,
                            const int vectors) {
  v16 acc[MICRO][4];
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) acc[r][j] = load(y, r * wide + 16 * j, CK_F32);
  for (int64_t k = 0; k < keys; k++) {
    v16 v[4];
    for (int j = 0; j < vectors; j++) v[j] = load(values, j * panel + k * 16, CK_F32);
    for (int r = 0; r < MICRO; r++) {
      v16 x = all(p[r * KEYS + k]);
      for (int j = 0; j < vectors; j++) acc[r][j] += x * v[j];
    }
  }
  for (int r = 0; r < MICRO; r++)
    for (int j = 0; j < vectors; j++) store(y, r * wide + 16 * j, CK_F32, acc[r][j]);
}

// The same for the first eight of sixteen columns and `rows` rows, where eight fill a register.
INLINE void multiply_half(const float *p, const float *values, int64_t keys, int64_t wide, float *y, const int rows) {
  v8 acc[2 * MICRO];
  for (int r = 0; r < rows; r++) acc[r] = load8(y, r * wide, CK_F32);
  for (int64_t k = 0; k < keys; k++) {
    v8 v = load8(values, k * 16, CK_F32);
    for (int r = 0; r < rows; r++) acc[r] += all8(p[r * KEYS + k]) * v;
  }
  for (int r = 0; r < rows; r++) memcpy(y + r * wide, &acc[r], sizeof acc[r]);
}

// 2ˣ for x ≤ 127 to about 2e-7, at least 2⁻¹²⁶: x = n + f with |f| ≤ 1/2, and a polynomial for 2ᶠ. NaN stays NaN.
INLINE v16 exp2_of(v16 x) {
  x = vmax(all(-126.0f), x);
  v16 shifted = x + 12582912.0f;  // 1.5 · 2²³: the nearest integer lands in the low bits
  v16 f = x - (shifted - 12582912.0f), power;
  v16 p = f * 1.32647272e-3f + 9.67151265e-3f;
  p = p * f + 5.55073374e-2f;
  p = p * f + 2.40222421e-1f;
  p = p * f + 6.93146978e-1f;
  p = p * f + 1.0f;
  i16 bits;
  memcpy(&bits, &shifted, sizeof bits);
  bits = (bits << 23) + 0x3f800000;
  memcpy(&power, &bits, sizeof power);
  return p * power;
}

// A query row on its way through the keys. Probabilities are powers of two of the scores less `base`, which is near the
// highest of those so far: floating numbers bear what is missing, and only where a score is far above is it raised.
struct row {
  v16 total;  // lane by lane
  float base;
};

enum { FAR = 64 };  // in powers of two; the sum of more keys than memory holds stays below 2¹²⁷

// Raises the base to the highest of the scores, and tells by how much all that came before shrinks.
INLINE float raise(struct row *row, const float *scores, int64_t lanes) {
  v16 most = load(scores, 0, CK_F32);
  for (int64_t c = 16; c < lanes; c += 16) most = vmax(most, load(scores, c, CK_F32));
  float base = fmaxf(maximum(most), -1e30f), shrink = row->base == -INFINITY ? 1 : exp2f(row->base - base);
  row->base = base;
  row->total *= shrink;
  return shrink;
}

// Turns a row of `seen` scores into probabilities, those behind into what is as good as zero, and tells by how much y
// shrinks.
INLINE float soften(struct row *row, float *scores, int64_t seen, int64_t lanes, float *probabilities) {
  for (int64_t c = seen > 0 ? seen : 0; c < lanes; c++) scores[c] = -1e30f;
  float shrink = row->base == -INFINITY ? raise(row, scores, lanes) : 1;
  for (bool is_raised = false;; is_raised = true) {
    v16 added = all(0), most = all(0);
    for (int64_t c = 0; c < lanes; c += 16) {
      v16 x = load(scores, c, CK_F32) - row->base, e = exp2_of(x);
      most = vmax(most, x);
      store(probabilities, c, CK_F32, e);
      added += e;
    }
    if (is_raised || !__builtin_reduce_or(most > FAR)) {
      row->total += added;
      return shrink;
    }
    shrink *= raise(row, scores, lanes);
  }
}

// `most` vectors stay in registers beside MICRO rows.
INLINE void attend(const struct attention *a, int64_t task, ck_type t, const int most) {
  const ck_attention_shape *s = &a->s;
  int64_t blocks = (s->queries + ROWS - 1) / ROWS, i = task / blocks, first = task % blocks * ROWS;
  int64_t image = i / s->heads, head = i % s->heads, d = s->head_size, wide = up16(d), panel = up16(s->keys) * 16;
  int64_t rows = min64(ROWS, s->queries - first), used = (rows + MICRO - 1) / MICRO * MICRO;
  // A head of 8, 24, 40… channels ends with half a vector.
  int64_t whole = most == 1 && d % 16 == 8 ? d - 8 : wide;
  const float *keys = packed_keys(a, i), *values = packed_values(a, i);
  float q[ROWS * d] __attribute__((aligned(64))), y[ROWS * wide] __attribute__((aligned(64)));
  float scores[ROWS * KEYS] __attribute__((aligned(64))), probabilities[ROWS * KEYS] __attribute__((aligned(64)));
  struct row state[ROWS];
  // Scores count in powers of two: 2^(x log₂ e) is eˣ.
  float scale = s->scale * 1.44269504f;
  // The rows lie far apart, and to wait for one after the other takes long.
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < d; c += 16)
      __builtin_prefetch(offset(a->q, (image * s->queries + first + r) * s->q_stride + head * d + c, t));
  for (int64_t r = 0; r < used; r++) {
    int64_t from = (image * s->queries + first + r) * s->q_stride + head * d;
    float *to = q + r / MICRO * MICRO * d + r % MICRO;
    if (r < rows)
      for (int64_t c = 0; c < d; c++) to[c * MICRO] = scale * get(a->q, from + c, t);
    else
      for (int64_t c = 0; c < d; c++) to[c * MICRO] = 0;
    state[r] = (struct row){all(0), -INFINITY};
  }
  memset(y, 0, sizeof(float) * (size_t)(used * wide));

  int64_t visible = s->causal ? min64(s->keys, first + rows) : s->keys;
  for (int64_t key = 0; key < visible; key += KEYS) {
    int64_t count = min64(KEYS, visible - key), lanes = up16(count);
    for (int64_t c = 0; c < lanes; c += 16 * most)
      for (int64_t r = 0; r < used; r += MICRO) {
        const float *k = keys + (key + c) * d;
        float *to = scores + r * KEYS + c;
        switch (most == 1 ? 1 : min64(most, (lanes - c) / 16)) {
          case 4: multiply_keys(q + r * d, k, d, to, 4); break;
          case 3: multiply_keys(q + r * d, k, d, to, 3); break;
          case 2: multiply_keys(q + r * d, k, d, to, 2); break;
          default: multiply_keys(q + r * d, k, d, to, 1); break;
        }
      }
    for (int64_t r = 0; r < used; r++) {
      int64_t seen = s->causal ? min64(count, first + r + 1 - key) : count;
      float shrink = soften(state + r, scores + r * KEYS, seen, lanes, probabilities + r * KEYS), *to = y + r * wide;
      if (shrink != 1)
        for (int64_t c = 0; c < wide; c += 16) store(to, c, CK_F32, load(to, c, CK_F32) * shrink);
    }
    for (int64_t c = 0; c < whole; c += 16 * most)
      for (int64_t r = 0; r < used; r += MICRO) {
        const float *v = values + c / 16 * panel + key * 16, *p = probabilities + r * KEYS;
        float *to = y + r * wide + c;
        switch (most == 1 ? 1 : min64(most, (whole - c) / 16)) {
          case 4: multiply_values(p, v, panel, count, wide, to, 4); break;
          case 3: multiply_values(p, v, panel, count, wide, to, 3); break;
          case 2: multiply_values(p, v, panel, count, wide, to, 2); break;
          default: multiply_values(p, v, panel, count, wide, to, 1); break;
        }
      }
    for (int64_t r = 0; whole < wide && r < used; r += 2 * MICRO) {
      const float *v = values + whole / 16 * panel + key * 16, *p = probabilities + r * KEYS;
      if (r + MICRO < used) multiply_half(p, v, count, wide, y + r * wide + whole, 2 * MICRO);
      else multiply_half(p, v, count, wide, y + r * wide + whole, MICRO);
    }
  }
  for (int64_t r = 0; r < rows; r++)
    for (int64_t c = 0; c < d; c += 16)
      store_some(a->y, (image * s->queries + first + r) * s->y_stride + head * d + c, min64(16, d - c), t,
                 load(y, r * wide + c, CK_F32) / sum(state[r].total));
}
FOR_AVX512 static void attend_wide(const void *context, int64_t i) {
  const struct attention *a = context;
  if (a->s.type == CK_BF16) attend(a, i, CK_BF16, 4);
  else attend(a, i, CK_F32, 4);
}
FOR_OTHERS static void attend_narrow(const void *context, int64_t i) {
  const struct attention *a = context;
  if (a->s.type == CK_BF16) attend(a, i, CK_BF16, 1);
  else attend(a, i, CK_F32, 1);
}

size_t ck_attention_scratch(const ck_attention_shape *s) {
  if (s->type == CK_BF16 && ck_has_amx()) return ck_attention_amx_scratch(s);
  return sizeof(float) * (size_t)(s->n * s->heads * up16(s->keys) * (s->head_size + up16(s->head_size)));
}

void ck_attention(const ck_attention_shape *s, const void *q, const void *k, const void *v, void *y, void *scratch) {
  struct attention a = {*s, q, k, v, y, scratch};
  if (s->type == CK_BF16 && ck_has_amx()) return ck_attention_amx(&a);
  if (s->type == CK_BF16 && ck_has_bf16()) return ck_attention_bf16(&a);
  int64_t heads = s->n * s->heads;
  ck_parallel(heads, pack_task, &a);
  ck_parallel(heads * ((s->queries + ROWS - 1) / ROWS), ck_has_avx512() ? attend_wide : attend_narrow, &a);
}
