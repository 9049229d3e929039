#include "vector.h"

// Convolutions of 3x3 with fewer products. With small matrices A, B, G a tile of the result is
//   Aᵀ [(G g Gᵀ) ⊙ (Bᵀ d B)] A
// for the kernel g and the tile d of the picture under it; ⊙ over all channels is one product of matrices for each of
// the tile's places. Lavin and Gray, "Fast Algorithms for Convolutional Neural Networks" (2016), section 4, has A, B
// and G for results of 2x2, section 4.3 for 4x4.
//
// Doubling is the first on a picture whose pixels have all been doubled: a tile under the kernel is then a, b, b, c a
// side, whose third place Bᵀ makes zero, and three are left.

// All of it is known when a kernel is compiled, and its loops over places of a tile are written out.
#define UNROLLED _Pragma("clang loop unroll(full)")
INLINE int64_t side_of(ck_tiling t) { return t == CK_TILES_OF_2 ? 4 : t == CK_TILES_OF_4 ? 6 : 3; }
INLINE int64_t outputs_of(ck_tiling t) { return t == CK_TILES_OF_4 ? 4 : 2; }
INLINE int64_t step_of(ck_tiling t) { return t == CK_DOUBLING ? 1 : outputs_of(t); }
enum { LARGEST_SIDE = 6 };

int64_t ck_winograd_places(ck_tiling t) { return side_of(t) * side_of(t); }

struct extent {
  int64_t height, width;
};
INLINE struct extent result_of(const ck_winograd *s) {
  int64_t factor = s->tiling == CK_DOUBLING ? 2 : 1;
  return (struct extent){factor * s->h, factor * s->w};
}
INLINE struct extent tiles_of(const ck_winograd *s) {
  int64_t m = outputs_of(s->tiling);
  struct extent y = result_of(s);
  return (struct extent){(y.height + m - 1) / m, (y.width + m - 1) / m};
}
int64_t ck_winograd_tiles(const ck_winograd *s) {
  struct extent t = tiles_of(s);
  return s->n * t.height * t.width;
}

// Bᵀ d, G g and Aᵀ m of one side.
INLINE void before(ck_tiling t, const v16 *d, v16 *v) {
  switch (t) {
    case CK_TILES_OF_2:
      v[0] = d[0] - d[2], v[1] = d[1] + d[2], v[2] = d[2] - d[1], v[3] = d[1] - d[3];
      break;
    case CK_TILES_OF_4: {
      v16 a = d[4] - 4 * d[2], b = d[3] - 4 * d[1], c = d[4] - d[2], e = 2 * (d[3] - d[1]);
      v[0] = 4 * d[0] - 5 * d[2] + d[4], v[1] = a + b, v[2] = a - b, v[3] = c + e, v[4] = c - e;
      v[5] = 4 * d[1] - 5 * d[3] + d[5];
      break;
    }
    case CK_DOUBLING: v[0] = d[0] - d[1], v[1] = d[1], v[2] = d[1] - d[2]; break;
  }
}
INLINE void after(ck_tiling t, const v16 *m, v16 *y) {
  switch (t) {
    case CK_TILES_OF_2: y[0] = m[0] + m[1] + m[2], y[1] = m[1] - m[2] - m[3]; break;
    case CK_TILES_OF_4: {
      v16 a = m[1] + m[2], b = m[1] - m[2], c = m[3] + m[4], d = m[3] - m[4];
      y[0] = m[0] + a + c, y[1] = b + 2 * d, y[2] = a + 4 * c, y[3] = b + 8 * d + m[5];
      break;
    }
    case CK_DOUBLING: y[0] = m[0] + m[1], y[1] = m[1] - m[2]; break;
  }
}
INLINE void weigh(ck_tiling t, v16 a, v16 b, v16 c, v16 *u) {
  v16 even = a + c;
  switch (t) {
    case CK_TILES_OF_2: u[0] = a, u[1] = 0.5f * (even + b), u[2] = 0.5f * (even - b), u[3] = c; break;
    case CK_TILES_OF_4: {
      v16 wide = a + 4 * c;
      u[0] = a / 4, u[1] = (even + b) / -6, u[2] = (even - b) / -6;
      u[3] = (wide + 2 * b) / 24, u[4] = (wide - 2 * b) / 24, u[5] = c;
      break;
    }
    case CK_DOUBLING: u[0] = a, u[1] = even + b, u[2] = c; break;
  }
}

struct weighing {
  ck_tiling tiling;
  const float *w;
  float *u;
  int64_t kernels, stride;
};
INLINE void weigh_some(const struct weighing *c, int64_t first, ck_tiling t) {
  int64_t side = side_of(t), count = min64(16, c->kernels - first);
  v16 g[9], rows[3][LARGEST_SIDE], u[LARGEST_SIDE];
  float lanes[9][16] = {{0}};
  for (int64_t k = 0; k < count; k++)
    for (int64_t i = 0; i < 9; i++) lanes[i][k] = c->w[9 * (first + k) + i];
  memcpy(g, lanes, sizeof g);
  for (int64_t r = 0; r < 3; r++) weigh(t, g[3 * r], g[3 * r + 1], g[3 * r + 2], rows[r]);
  for (int64_t x = 0; x < side; x++) {
    weigh(t, rows[0][x], rows[1][x], rows[2][x], u);
    for (int64_t y = 0; y < side; y++) store_some(c->u, (y * side + x) * c->stride + first, count, CK_F32, u[y]);
  }
}
enum { KERNELS = 1 << 12 };  // of a task
MULTIVERSIONED static void weigh_task(const void *context, int64_t i) {
  const struct weighing *c = context;
  int64_t last = min64((i + 1) * KERNELS, c->kernels);
  for (int64_t k = i * KERNELS; k < last; k += 16) switch (c->tiling) {
      case CK_TILES_OF_2: weigh_some(c, k, CK_TILES_OF_2); break;
      case CK_TILES_OF_4: weigh_some(c, k, CK_TILES_OF_4); break;
      case CK_DOUBLING: weigh_some(c, k, CK_DOUBLING); break;
    }
}
void ck_winograd_weights(ck_tiling tiling, const float *w, float *u, int64_t kernels, int64_t stride) {
  struct weighing c = {tiling, w, u, kernels, stride};
  ck_parallel((kernels + KERNELS - 1) / KERNELS, weigh_task, &c);
}

struct tiles {
  const ck_winograd *s;
  int64_t first, from, to, rows;  // row r of v and m is tile first + r
  // before: x to v
  const void *x;
  void *v;
  // after: m to y
  const float *m, *bias;
  const void *addend;
  bool silu;
  void *y;
};

// A native rounding is one instruction, for functions whose processor has it.
INLINE void store_rounded(void *p, int64_t i, int64_t count, ck_type t, bool native, v16 x) {
  if (t == CK_BF16 && native && count >= 16) store_natively(p, i, x);
  else store_some(p, i, count, t, x);
}

struct place {
  int64_t image, y, x;  // the first pixel of a tile's result; its source begins one before
};
INLINE struct place place_of(const ck_winograd *s, int64_t tile, int64_t step) {
  struct extent t = tiles_of(s);
  return (struct place){tile / (t.height * t.width), tile / t.width % t.height * step, tile % t.width * step};
}

// A tile's source: where each of its pixels begins, and whether it is one, for outside the picture all channels are 0.
struct source {
  const void *from[LARGEST_SIDE * LARGEST_SIDE];
  int64_t moves[LARGEST_SIDE * LARGEST_SIDE];
};

// `count` channels from k on, at most sixteen.
INLINE void some_before(const struct tiles *c, const struct source *d, int64_t row, int64_t k, int64_t count,
                        ck_tiling tiling, ck_type t, bool native) {
  int64_t side = side_of(tiling);
  v16 half[LARGEST_SIDE][LARGEST_SIDE];  // [x][y]
  UNROLLED for (int64_t x = 0; x < side; x++) {
    v16 column[LARGEST_SIDE];
    UNROLLED for (int64_t y = 0; y < side; y++)
      column[y] = load_some(d->from[y * side + x], k * d->moves[y * side + x], count, t);
    before(tiling, column, half[x]);
  }
  UNROLLED for (int64_t y = 0; y < side; y++) {
    v16 line[LARGEST_SIDE], v[LARGEST_SIDE];
    UNROLLED for (int64_t x = 0; x < side; x++) line[x] = half[x][y];
    before(tiling, line, v);
    UNROLLED for (int64_t x = 0; x < side; x++)
      store_rounded(c->v, ((y * side + x) * c->rows + row) * c->s->ci + k, count, t, native, v[x]);
  }
}

INLINE void tile_before(const struct tiles *c, int64_t row, ck_tiling tiling, ck_type t, bool native) {
  static const v16 nothing;
  const ck_winograd *s = c->s;
  int64_t side = side_of(tiling), k = 0;
  struct place p = place_of(s, c->first + row, step_of(tiling));
  struct source d;
  UNROLLED for (int64_t i = 0; i < side * side; i++) {
    int64_t y = p.y + i / side - 1, x = p.x + i % side - 1;
    d.moves[i] = 0 <= y && y < s->h && 0 <= x && x < s->w;
    d.from[i] = d.moves[i] ? offset(c->x, ((p.image * s->h + y) * s->w + x) * s->ci, t) : &nothing;
  }
  for (; k + 16 <= s->ci; k += 16) some_before(c, &d, row, k, 16, tiling, t, native);
  if (k < s->ci) some_before(c, &d, row, k, s->ci - k, tiling, t, native);
}

INLINE void some_after(const struct tiles *c, struct place p, int64_t row, int64_t k, int64_t count, ck_tiling tiling,
                       ck_type t, bool native, bool silu) {
  int64_t side = side_of(tiling), outputs = outputs_of(tiling), channels = c->s->co;
  struct extent result = result_of(c->s);
  v16 half[LARGEST_SIDE][LARGEST_SIDE];  // [y][x], where y is of the result and x of the tile
  UNROLLED for (int64_t x = 0; x < side; x++) {
    v16 m[LARGEST_SIDE], y[LARGEST_SIDE];
    UNROLLED for (int64_t i = 0; i < side; i++)
      m[i] = load_some(c->m, ((i * side + x) * c->rows + row) * channels + k, count, CK_F32);
    after(tiling, m, y);
    UNROLLED for (int64_t i = 0; i < outputs; i++) half[i][x] = y[i];
  }
  v16 bias = c->bias ? load_some(c->bias, k, count, CK_F32) : all(0);
  UNROLLED for (int64_t i = 0; i < outputs; i++) {
    v16 y[LARGEST_SIDE];
    after(tiling, half[i], y);
    UNROLLED for (int64_t j = 0; j < outputs; j++) {
      if (p.y + i >= result.height || p.x + j >= result.width) continue;
      int64_t at = (((p.image * result.height + p.y + i) * result.width) + p.x + j) * channels + k;
      v16 sum = y[j] + bias;
      if (c->addend) sum += load_some(c->addend, at, count, t);
      store_rounded(c->y, at, count, t, native, silu ? vsilu(sum) : sum);
    }
  }
}

INLINE void tile_after(const struct tiles *c, int64_t row, ck_tiling tiling, ck_type t, bool native, bool silu) {
  int64_t channels = c->s->co, k = 0;
  struct place p = place_of(c->s, c->first + row, outputs_of(tiling));
  for (; k + 16 <= channels; k += 16) some_after(c, p, row, k, 16, tiling, t, native, silu);
  if (k < channels) some_after(c, p, row, k, channels - k, tiling, t, native, silu);
}

#define EACH(TILE, ...)                                                       \
  for (int64_t row = c->from; row < c->to; row++) switch (c->s->tiling) {     \
      case CK_TILES_OF_2: TILE(c, row, CK_TILES_OF_2, __VA_ARGS__); break;     \
      case CK_TILES_OF_4: TILE(c, row, CK_TILES_OF_4, __VA_ARGS__); break;     \
      case CK_DOUBLING: TILE(c, row, CK_DOUBLING, __VA_ARGS__); break;         \
    }
MULTIVERSIONED static void before_f32(const struct tiles *c) { EACH(tile_before, CK_F32, false) }
MULTIVERSIONED static void before_bf16(const struct tiles *c) { EACH(tile_before, CK_BF16, false) }
MULTIVERSIONED static void after_f32(const struct tiles *c) { EACH(tile_after, CK_F32, false, c->silu) }
MULTIVERSIONED static void after_bf16(const struct tiles *c) { EACH(tile_after, CK_BF16, false, c->silu) }
FOR_BF16 static void before_natively(const struct tiles *c) { EACH(tile_before, CK_BF16, true) }
FOR_BF16 static void after_natively(const struct tiles *c) { EACH(tile_after, CK_BF16, true, c->silu) }

void ck_winograd_before(const ck_winograd *s, const void *x, int64_t first, int64_t from, int64_t to, void *v,
                        int64_t rows) {
  struct tiles c = {.s = s, .first = first, .from = from, .to = to, .rows = rows, .x = x, .v = v};
  if (s->type == CK_F32) before_f32(&c);
  else ck_has_bf16() ? before_natively(&c) : before_bf16(&c);
}
void ck_winograd_after(const ck_winograd *s, const float *m, int64_t rows, int64_t first, int64_t from, int64_t to,
                       const float *bias, const void *addend, bool silu, void *y) {
  struct tiles c = {.s = s, .first = first, .from = from, .to = to, .rows = rows, .m = m, .bias = bias,
                    .addend = addend, .silu = silu, .y = y};
  if (s->type == CK_F32) after_f32(&c);
  else ck_has_bf16() ? after_natively(&c) : after_bf16(&c);
}
