#include "attention_pairs.h"

#if defined(__x86_64__)

// The tiles of attention.c with AMX: registers of sixteen rows of 64 bytes, and one instruction that multiplies
// sixteen rows of 32 channels with sixteen columns of them (Intel, Architecture Instruction Set Extensions, chapter 3).
// Queries and probabilities are its rows as they lie in memory; keys and values are packed to columns of pairs, filled
// up with zeros to whole registers. Between the two products the softmax is that of attention_bf16.c.

enum { ROWS = 32, KEYS = 128 };  // queries and keys of a tile: two registers, and eight
// From row to row of scores, in floats, and of probabilities, in pairs: rows of a register that lie a power of two apart
// would all want the same few lines of the cache.
enum { SCORES = KEYS + 16, PAIRS = (KEYS + 32) / 2 };

INLINE int64_t up32(int64_t x) { return (x + 31) / 32 * 32; }

// scratch: keys [n · heads, keys / 16, channels / 2, 16], then values [n · heads, keys / 2, columns].
AMX_INLINE pair *packed_keys(const struct attention *a, int64_t i) {
  return (pair *)a->scratch + i * up32(a->s.keys) * up32(a->s.head_size) / 2;
}
AMX_INLINE pair *packed_values(const struct attention *a, int64_t i) {
  return packed_keys(a, a->s.n * a->s.heads) + i * up32(a->s.keys) / 2 * up16(a->s.head_size);
}
size_t ck_attention_amx_scratch(const ck_attention_shape *s) {
  return (size_t)(s->n * s->heads * up32(s->keys) / 2 * (up32(s->head_size) + up16(s->head_size))) * sizeof(pair);
}

// Keys, or values, thirty-two at a time, so that a single head is shared out too.
AMX static void pack_task(const void *context, int64_t task) {
  const struct attention *a = context;
  const ck_attention_shape *s = &a->s;
  int64_t blocks = up32(s->keys) / 32, i = task / blocks, first = task % blocks * 32;
  int64_t image = i / s->heads, head = i % s->heads, d = s->head_size, columns = up16(d), deep = up32(d) / 2;
  for (int64_t j = first; j < first + 32; j += 16)
    pack_keys(a, image, head, j, packed_keys(a, i) + j * deep, deep);
  for (int64_t j = first; j < first + 32; j += 2) {
    const uint16_t *v = (const uint16_t *)a->v + (image * s->keys + j) * s->v_stride + head * d;
    pair *to = packed_values(a, i) + j / 2 * columns;
    pair_up(j < s->keys ? v : NULL, j + 1 < s->keys ? v + s->v_stride : NULL, d, to);
    for (int64_t c = d; c < columns; c++) to[c] = 0;
  }
}

// Registers 0 to 3 hold sums of two by two, 4 and 5 rows, 6 and 7 columns. Adds products of `depth` steps of 32 to the
// sums of 32 rows and 32 columns, or 16 columns where they are `narrow`. Strides are in bytes.
AMX_INLINE void multiply(const uint16_t *x, int64_t x_stride, const pair *y, const pair *next, int64_t y_stride,
                         int64_t depth, const bool narrow) {
  for (int64_t k = 0; k < depth; k++) {
    const char *rows = (const char *)(x + 32 * k);
    _tile_loadd(6, (const char *)y + 16 * k * y_stride, y_stride);
    _tile_loadd(4, rows, x_stride);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, rows + 16 * x_stride, x_stride);
    _tile_dpbf16ps(2, 5, 6);
    if (narrow) continue;
    _tile_loadd(7, (const char *)next + 16 * k * y_stride, y_stride);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(3, 5, 7);
  }
}

// scores[32, 32] of rows that lie SCORES apart = q · keys.
AMX_INLINE void multiply_keys(const uint16_t *q, const pair *keys, int64_t deep, float *scores) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
  multiply(q, 4 * deep, keys, keys + 16 * deep, 64, deep / 16, false);
  _tile_stored(0, scores, 4 * SCORES);
  _tile_stored(1, scores + 16, 4 * SCORES);
  _tile_stored(2, scores + 16 * SCORES, 4 * SCORES);
  _tile_stored(3, scores + 16 * SCORES + 16, 4 * SCORES);
}

// y[32, 32] of rows `columns` apart += p · values, or y[32, 16].
AMX_INLINE void multiply_values(const pair *p, const pair *values, int64_t columns, int64_t steps, float *y,
                                const bool narrow) {
  int64_t stride = 4 * columns;
  float *below = y + 16 * columns;
  _tile_loadd(0, y, stride);
  _tile_loadd(2, below, stride);
  if (!narrow) {
    _tile_loadd(1, y + 16, stride);
    _tile_loadd(3, below + 16, stride);
  }
  multiply((const uint16_t *)p, 4 * PAIRS, values, values + 16, stride, steps, narrow);
  _tile_stored(0, y, stride);
  _tile_stored(2, below, stride);
  if (narrow) return;
  _tile_stored(1, y + 16, stride);
  _tile_stored(3, below + 16, stride);
}

// What the registers still have to do while a tile's scores are softened: multiply the next tile's keys and the last
// one's values.
struct errands {
  const uint16_t *q;
  const pair *keys;
  float *scores;
  const pair *probabilities, *values;
  float *y;
  int64_t deep, columns;
  int64_t key_parts, value_parts, steps, done;  // parts of 32 keys, and of 32 columns in so many steps
};

// Some of the errands: keys first, then values.
AMX_INLINE void run(struct errands *e, int64_t until) {
  for (; e->done < until; e->done++) {
    if (e->done < e->key_parts) {
      multiply_keys(e->q, e->keys + 32 * e->done * e->deep, e->deep, e->scores + 32 * e->done);
    } else {
      int64_t c = 32 * (e->done - e->key_parts);
      if (c + 32 <= e->columns) multiply_values(e->probabilities, e->values + c, e->columns, e->steps, e->y + c, false);
      else multiply_values(e->probabilities, e->values + c, e->columns, e->steps, e->y + c, true);
    }
  }
}

AMX static void attend_task(const void *context, int64_t task) {
  const struct attention *a = context;
  const ck_attention_shape *s = &a->s;
  int64_t blocks = (s->queries + ROWS - 1) / ROWS, i = task / blocks, first = task % blocks * ROWS;
  int64_t image = i / s->heads, head = i % s->heads, d = s->head_size, columns = up16(d), deep = up32(d) / 2;
  int64_t rows = min64(ROWS, s->queries - first);
  const pair *keys = packed_keys(a, i), *values = packed_values(a, i);
  uint16_t q[ROWS * 2 * deep] __attribute__((aligned(64)));
  float y[ROWS * columns] __attribute__((aligned(64))), scores[2][ROWS * SCORES] __attribute__((aligned(64)));
  pair probabilities[2][ROWS * PAIRS] __attribute__((aligned(64)));
  float shrinks[ROWS];
  struct row state[ROWS];

  memset(q, 0, sizeof q);
  memset(y, 0, sizeof y);
  for (int64_t r = 0; r < ROWS; r++) state[r] = first_row();
  for (int64_t r = 0; r < rows; r++)
    memcpy(q + r * 2 * deep, (const uint16_t *)a->q + (image * s->queries + first + r) * s->q_stride + head * d,
           sizeof *q * (size_t)d);
  if (rows < ROWS) memset(probabilities, 0, sizeof probabilities);

  unsigned control = flush_smallest();
  configure_tiles();
  int64_t visible = s->causal ? min64(s->keys, first + rows) : s->keys, turn = 0;
  struct errands errands = {.q = q, .y = y, .keys = keys, .deep = deep, .columns = columns, .scores = scores[0],
                            .key_parts = up32(min64(KEYS, visible)) / 32};
  run(&errands, errands.key_parts);
  for (int64_t key = 0; key < visible; key += KEYS, turn ^= 1) {
    int64_t here = min64(KEYS, visible - key), lanes = up32(here), next = key + KEYS;
    errands.keys = keys + next * deep;
    errands.scores = scores[!turn];
    errands.key_parts = next < visible ? up32(min64(KEYS, visible - next)) / 32 : 0;
    errands.done = 0;
    int64_t parts = errands.key_parts + errands.value_parts;
    for (int64_t r = 0; r < rows; r++) {
      int64_t seen = s->causal ? min64(here, first + r + 1 - key) : here;
      shrinks[r] = soften(state + r, scores[turn] + r * SCORES, seen, lanes, base_two(s->scale),
                          probabilities[turn] + r * PAIRS);
      run(&errands, parts * (r + 1) / rows);
    }
    for (int64_t r = 0; r < rows; r++) scale_row(y + r * columns, columns, shrinks[r]);
    errands.probabilities = probabilities[turn];
    errands.values = values + key / 2 * columns;
    errands.value_parts = (columns + 31) / 32;
    errands.steps = lanes / 32;
  }
  errands.key_parts = errands.done = 0;
  run(&errands, errands.value_parts);
  _tile_release();
  _mm_setcsr(control);
  for (int64_t r = 0; r < rows; r++)
    round_row((uint16_t *)a->y + (image * s->queries + first + r) * s->y_stride + head * d, y + r * columns, d,
              share_of(state + r));
}

void ck_attention_amx(const struct attention *a) {
  int64_t heads = a->s.n * a->s.heads;
  ck_parallel(heads * (up32(a->s.keys) / 32), pack_task, a);
  ck_parallel(heads * ((a->s.queries + ROWS - 1) / ROWS), attend_task, a);
}

#else
size_t ck_attention_amx_scratch(const ck_attention_shape *s) { return (void)s, 0; }
void ck_attention_amx(const struct attention *a) { (void)a; }
#endif
