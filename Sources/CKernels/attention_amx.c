#include "attention_pairs.h"

#if defined(__x86_64__)

// The tiles of attention.c with AMX: registers of sixteen rows of 64 bytes, and one instruction that multiplies
// sixteen rows of 32 channels with sixteen columns of them (Intel, Architecture Instruction Set Extensions, chapter 3).
// Queries and probabilities are its rows as they lie in memory; keys and values are packed to columns of pairs, filled
// up with zeros to whole registers. Between the two products the softmax is that of attention_pairs.h.

enum { ROWS = 32, KEYS = 256 };  // queries and keys of a tile: two registers, and sixteen
enum { SHARE = 8 * ROWS };  // queries of a task
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

// A tile's queries and what they find.
struct block {
  int64_t first, rows, visible;  // of the queries; how many keys they see
  uint16_t *q;
  float *y;
  struct row state[ROWS];
};

AMX_INLINE void begin(struct block *b, const struct attention *a, int64_t image, int64_t head, int64_t first) {
  const ck_attention_shape *s = &a->s;
  int64_t d = s->head_size, deep = up32(d);
  b->first = first;
  b->rows = min64(ROWS, s->queries - first);
  b->visible = s->causal ? min64(s->keys, first + b->rows) : s->keys;
  memset(b->y, 0, sizeof *b->y * (size_t)(ROWS * up16(d)));
  if (b->rows < ROWS) memset(b->q, 0, sizeof *b->q * (size_t)(ROWS * deep));
  const uint16_t *q = (const uint16_t *)a->q + (image * s->queries + first) * s->q_stride + head * d;
  for (int64_t r = 0; r < b->rows; r++)
    for (int64_t c = 0; c < deep; c += 32)
      _mm512_storeu_si512(b->q + r * deep + c, load_pairs(q + r * s->q_stride + c, d - c));
  for (int64_t r = 0; r < ROWS; r++) b->state[r] = first_row();
}

AMX_INLINE void finish(const struct block *b, const struct attention *a, int64_t image, int64_t head) {
  const ck_attention_shape *s = &a->s;
  uint16_t *y = (uint16_t *)a->y + (image * s->queries + b->first) * s->y_stride + head * s->head_size;
  for (int64_t r = 0; r < b->rows; r++)
    round_row(y + r * s->y_stride, b->y + r * up16(s->head_size), s->head_size, share_of(b->state + r));
}

// What the registers have to do while a tile's scores are softened: multiply the next tile's keys and the last one's
// values.
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
    int64_t first = 32 * e->done, c = first - 32 * e->key_parts;
    const pair *values = e->values + c;
    if (c < 0) multiply_keys(e->q, e->keys + first * e->deep, e->deep, e->scores + first);
    else if (c + 32 <= e->columns) multiply_values(e->probabilities, values, e->columns, e->steps, e->y + c, false);
    else multiply_values(e->probabilities, values, e->columns, e->steps, e->y + c, true);
  }
}

// Some tiles of queries of one head with all keys, tile by tile: while one is softened the next and the last are
// multiplied, which may be other queries'.
AMX static void attend_task(const void *context, int64_t task) {
  const struct attention *a = context;
  const ck_attention_shape *s = &a->s;
  int64_t shares = (s->queries + SHARE - 1) / SHARE, i = task / shares, first = task % shares * SHARE;
  int64_t last = min64(first + SHARE, s->queries), image = i / s->heads, head = i % s->heads;
  int64_t columns = up16(s->head_size), deep = up32(s->head_size) / 2;
  const pair *keys = packed_keys(a, i), *values = packed_values(a, i);
  uint16_t q[3][ROWS * 2 * deep] __attribute__((aligned(64)));
  float y[3][ROWS * columns] __attribute__((aligned(64))), scores[2][ROWS * SCORES] __attribute__((aligned(64)));
  pair probabilities[2][ROWS * PAIRS] __attribute__((aligned(64)));
  struct block blocks[3], *next = blocks, *now = NULL, *before = NULL;
  for (int b = 0; b < 3; b++) blocks[b].q = q[b], blocks[b].y = y[b];
  memset(probabilities, 0, sizeof probabilities);

  unsigned control = flush_smallest();
  configure_tiles();
  struct errands errands = {.keys = keys, .deep = deep, .columns = columns};
  int64_t key = 0, next_key = 0;
  begin(next, a, image, head, first);
  for (int64_t turn = 0; next || now || before; turn ^= 1) {
    // Multiplies the next tile's keys and, where one has been softened, its values.
    errands.done = 0;
    errands.key_parts = next ? up32(min64(KEYS, next->visible - next_key)) / 32 : 0;
    errands.scores = scores[turn];
    errands.keys = keys + next_key * deep;
    if (next) errands.q = next->q;
    errands.value_parts = before ? (columns + 31) / 32 : 0;
    int64_t parts = errands.key_parts + errands.value_parts;
    float shrinks[ROWS];
    int64_t here = now ? min64(KEYS, now->visible - key) : 0, lanes = up32(here);
    for (int64_t r = 0; now && r < now->rows; r++) {
      int64_t seen = s->causal ? min64(here, now->first + r + 1 - key) : here;
      shrinks[r] = soften(now->state + r, scores[!turn] + r * SCORES, seen, lanes, base_two(s->scale),
                          probabilities[turn] + r * PAIRS);
      run(&errands, parts * (r + 1) / now->rows);
    }
    run(&errands, parts);
    if (before && before != now) finish(before, a, image, head);
    for (int64_t r = 0; now && r < now->rows; r++) scale_row(now->y + r * columns, columns, shrinks[r]);

    if (now) {
      errands.probabilities = probabilities[turn];
      errands.values = values + key / 2 * columns;
      errands.steps = lanes / 32;
      errands.y = now->y;
    }
    before = now, now = next, key = next_key;
    if (next && (next_key += KEYS) >= next->visible) {
      next_key = 0;
      first += ROWS;
      next = first < last ? blocks + (next - blocks + 1) % 3 : NULL;
      if (next) begin(next, a, image, head, first);
    }
  }
  _tile_release();
  _mm_setcsr(control);
}

void ck_attention_amx(const struct attention *a) {
  int64_t heads = a->s.n * a->s.heads;
  ck_parallel(heads * (up32(a->s.keys) / 32), pack_task, a);
  ck_parallel(heads * ((a->s.queries + SHARE - 1) / SHARE), attend_task, a);
}

#else
size_t ck_attention_amx_scratch(const ck_attention_shape *s) { return (void)s, 0; }
void ck_attention_amx(const struct attention *a) { (void)a; }
#endif
