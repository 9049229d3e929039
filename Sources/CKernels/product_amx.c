#include "bf16.h"

// A block of 32 rows and 32 outputs is four registers of sums, to which each step adds the products of 32 channels:
// two registers of rows, as they lie in memory, and two of weights, packed to columns of pairs (Intel, Architecture
// Instruction Set Extensions, chapter 3). A convolution takes nine steps with the same channels of nine neighbours,
// which lie at the same distances from each pixel, once zeros stand around the pictures.
//
// A block that is summed up is rounded and written a few rows at a time, between the next one's steps: the registers
// multiply meanwhile.

enum { SIDE = 32, STEP = 2 * 16 * SIDE };  // of a block; numbers of its weights in one step
// Steps at most before it is another block's turn: the rows and weights of a stretch stay in the cache. A convolution's
// rows serve nine steps.
enum { PRODUCT_STRETCH = 45, CONVOLUTION_STRETCH = 180 };
// Of a task: rows, or blocks where they have to wait for another stretch; bytes of weights in a stretch.
enum { ROWS = 512, SUMS = 40, WEIGHTS = 1 << 19 };
enum { WRITTEN = 4 };  // rows in a step

INLINE int64_t parts(int64_t whole, int64_t part) { return (whole + part - 1) / part; }

static int64_t depth_of(const ck_amx_product *s) { return s->kernel * s->kernel * s->inputs / 32; }
// From line to line of a picture that has a zero behind each, which stands before the next one as well.
static int64_t pitch_of(const ck_amx_product *s) { return s->w + 1; }
// From row to row, in numbers. Where a picture is copied, it is an odd number of the cache's lines, or many rows would
// want the same few places.
static int64_t stride_of(const ck_amx_product *s) { return s->kernel == 1 ? s->inputs : (s->inputs / 32 | 1) * 32; }
// Rows to be multiplied: of a convolution from the first pixel to the last, zeros between them included.
static int64_t rows_of(const ck_amx_product *s) {
  if (s->kernel == 1) return s->n * s->h * s->w;
  return ((s->n - 1) * (s->h + 1) + s->h - 1) * pitch_of(s) + s->w;
}

bool ck_amx_product_serves(const ck_amx_product *s) {
  return ck_has_amx() && s->inputs % 32 == 0 && s->outputs % SIDE == 0;
}

size_t ck_amx_product_packed_size(const ck_amx_product *s) {
  return sizeof(uint16_t) * (size_t)(s->outputs * s->kernel * s->kernel * s->inputs);
}

// [outputs / 32, inputs / 32, kernel, kernel] steps. A gated block's second half are the gates of its first.
bool ck_amx_product_pack(const ck_amx_product *s, const float *weights, void *packed) {
  int64_t taps = s->kernel * s->kernel, half = s->outputs / 2, step = STEP;
  bool gate = s->activation == CK_GATE;
  enum { HALF, OUTPUT, Y, X, INPUT };
  ck_blocked_layout layout = {
      .type = CK_BF16,
      .dims = 5,
      .blocks = 4,
      .extent = {gate ? 2 : 1, gate ? half : s->outputs, s->kernel, s->kernel, s->inputs},
      .from = {half * s->inputs * taps, s->inputs * taps, s->kernel, 1, taps},
      .to = {0, depth_of(s) * step, s->kernel * step, step, taps * step},
      .size = {2, 16, 16, 2},
      .dim = {gate ? HALF : OUTPUT, INPUT, OUTPUT, INPUT},
  };
  memcpy(layout.padded, layout.extent, sizeof layout.padded);
  return ck_pack_blocks(&layout, weights, packed);
}

// Rows of the copy: pictures with zeros around, and a whole block where there are fewer rows. None where there is no
// copy.
static int64_t copied_rows(const ck_amx_product *s) {
  int64_t missing = rows_of(s) < SIDE ? SIDE : 0;
  return s->kernel == 1 ? missing : 1 + (1 + s->n * (s->h + 1)) * pitch_of(s) + missing;
}

size_t ck_amx_product_scratch_size(const ck_amx_product *s) {
  return sizeof(uint16_t) * (size_t)(copied_rows(s) * stride_of(s));
}

#if defined(__x86_64__)

struct surrounding {
  const ck_amx_product *s;
  const uint16_t *x;
  uint16_t *y;
};
// A line and the zero behind it, or the line of zeros below a picture; before the first there is one as well.
static void surround_task(const void *context, int64_t line) {
  const struct surrounding *c = context;
  const ck_amx_product *s = c->s;
  int64_t image = line / (s->h + 1), y = line % (s->h + 1), pitch = pitch_of(s), stride = stride_of(s);
  size_t pixel = sizeof(uint16_t) * (size_t)s->inputs, place = sizeof(uint16_t) * (size_t)stride;
  uint16_t *to = c->y + (1 + (1 + line) * pitch) * stride;
  if (line == 0) memset(c->y, 0, place * (size_t)(1 + pitch));
  if (y == s->h) {
    memset(to, 0, place * (size_t)pitch);
  } else {
    const uint16_t *x = c->x + (image * s->h + y) * s->w * s->inputs;
    for (int64_t p = 0; p < s->w; p++) memcpy(to + p * stride, x + p * s->inputs, pixel);
    memset(to + s->w * stride, 0, place);
  }
}

struct product {
  const ck_amx_product *s;
  const uint16_t *x, *packed, *addend;
  const float *bias;
  uint16_t *y;
  int64_t rows, stride, depth, stretches;  // at least a block of rows, of which `results` are written
  int64_t results;
  int64_t task_rows, task_panels, across, threads;  // of a task; tasks side by side
};

// A block whose sums wait to be written.
struct sums {
  const float *sum;
  int64_t row, panel;
  int64_t written, count;  // of its rows
  int64_t image, line, pixel;  // where the next row belongs
};

// vgelu to what bf16 can tell: an approximate quotient, and 2ˣ.
BF16_INLINE __m512 gelu_of(__m512 x) {
  __m512 magnitude = _mm512_abs_ps(x);
  __m512 t = _mm512_rcp14_ps(_mm512_fmadd_ps(magnitude, _mm512_set1_ps(0.231641888f), _mm512_set1_ps(1)));
  __m512 p = _mm512_set1_ps(0.5307027145f);
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-0.7265760135f));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(0.7107068705f));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(-0.142248368f));
  p = _mm512_fmadd_ps(p, t, _mm512_set1_ps(0.127414796f));
  __m512 bell = exp2_of(_mm512_mul_ps(_mm512_mul_ps(x, x), _mm512_set1_ps(-0.72134752f)));
  __m512 tail = _mm512_mul_ps(_mm512_mul_ps(p, t), bell);  // Φ(-|x|)
  return _mm512_fnmadd_ps(magnitude, tail, _mm512_max_ps(_mm512_setzero_ps(), x));
}

BF16_INLINE __m512 activated(__m512 x, ck_activation activation) {
  switch (activation) {
    case CK_SILU: return sigmoid_times(x, 1);
    case CK_QUICK_GELU: return sigmoid_times(x, 1.702f);
    case CK_GELU: return gelu_of(x);
    case CK_RELU: return _mm512_max_ps(_mm512_setzero_ps(), x);
    default: return x;
  }
}

// The first rows of the last block may be those of the one before it, which writes them.
BF16_INLINE struct sums begin(const struct product *p, const float *sum, int64_t top, int64_t row, int64_t panel) {
  int64_t pitch = pitch_of(p->s), lines = p->s->h + 1;
  return (struct sums){.sum = sum, .row = top, .panel = panel, .written = row - top,
                       .count = min64(SIDE, p->results - top),
                       .image = row / (pitch * lines), .line = row / pitch % lines, .pixel = row % pitch};
}

// Where the next row of a convolution belongs, or -1 where it is one of zeros.
BF16_INLINE int64_t next_pixel(const struct product *p, struct sums *b) {
  const ck_amx_product *s = p->s;
  bool is_there = b->pixel < s->w && b->line < s->h;
  int64_t row = (b->image * s->h + b->line) * s->w + b->pixel;
  if (++b->pixel == pitch_of(s)) {
    b->pixel = 0;
    if (++b->line == s->h + 1) b->line = 0, b->image++;
  }
  return is_there ? row : -1;
}

// Writes some more rows of a block, and calls for the memory that the next block's rows will meet.
AMX_INLINE void write(const struct product *p, struct sums *b, int64_t rows, const bool gate,
                      const bool is_convolution) {
  const ck_amx_product *s = p->s;
  int64_t width = gate ? s->outputs / 2 : s->outputs, first = b->panel * (gate ? 16 : 32);
  int64_t second = gate ? width + first : first + 16, last = min64(b->written + rows, b->count);
  __m512 low = p->bias ? _mm512_loadu_ps(p->bias + first) : _mm512_setzero_ps();
  __m512 high = p->bias ? _mm512_loadu_ps(p->bias + second) : _mm512_setzero_ps();
  for (; b->written < last; b->written++) {
    const float *sum = b->sum + b->written * SIDE;
    int64_t row = is_convolution ? next_pixel(p, b) : b->row + b->written;
    if (is_convolution && row < 0) continue;
    uint16_t *to = p->y + row * width + first;
    __m512 a = _mm512_add_ps(_mm512_load_ps(sum), low), c = _mm512_add_ps(_mm512_load_ps(sum + 16), high);
    if (gate) {
      round_to(to, _mm512_mul_ps(a, gelu_of(c)));
    } else {
      if (p->addend) {
        const uint16_t *addend = p->addend + row * width + first;
        a = _mm512_add_ps(a, widen(addend)), c = _mm512_add_ps(c, widen(addend + 16));
        __builtin_prefetch(addend + 32);
      }
      if (s->activation != CK_IDENTITY) a = activated(a, s->activation), c = activated(c, s->activation);
      _mm512_storeu_si512(to, (__m512i)_mm512_cvtne2ps_pbh(c, a));
    }
    __builtin_prefetch(to + 32, 1);
  }
}

// The sums, registers 0 to 3, from memory and to it.
AMX_INLINE void load_sums(const float *sum) {
  _tile_loadd(0, sum, 4 * SIDE);
  _tile_loadd(1, sum + 16, 4 * SIDE);
  _tile_loadd(2, sum + 16 * SIDE, 4 * SIDE);
  _tile_loadd(3, sum + 16 * SIDE + 16, 4 * SIDE);
}
AMX_INLINE void store_sums(float *sum) {
  _tile_stored(0, sum, 4 * SIDE);
  _tile_stored(1, sum + 16, 4 * SIDE);
  _tile_stored(2, sum + 16 * SIDE, 4 * SIDE);
  _tile_stored(3, sum + 16 * SIDE + 16, 4 * SIDE);
}
AMX_INLINE void clear_sums(void) {
  _tile_zero(0);
  _tile_zero(1);
  _tile_zero(2);
  _tile_zero(3);
}

// What will be needed soon: so many lines of the cache are called for in each step.
struct ahead {
  const char *next;
  int64_t lines;
};
AMX_INLINE void call_for(struct ahead *a) {
  for (int64_t i = 0; i < a->lines; i++, a->next += 64) _mm_prefetch(a->next, _MM_HINT_T1);
}

// Adds `count` steps, each with the channels that lie `at` a distance from the row's own first.
AMX_INLINE void multiply(const struct product *p, const uint16_t *x, const int64_t *at, int64_t count,
                         const uint16_t *weights, struct ahead *rows_ahead, struct ahead *weights_ahead,
                         struct sums *waiting, const bool gate, const bool is_convolution) {
  int64_t stride = 2 * p->stride;
  for (int64_t k = 0; k < count; k++, weights += STEP) {
    const uint16_t *rows = x + at[k];
    call_for(rows_ahead);
    call_for(weights_ahead);
    _tile_loadd(6, weights, 64);
    _tile_loadd(4, rows, stride);
    _tile_dpbf16ps(0, 4, 6);
    _tile_loadd(5, rows + 8 * stride, stride);
    _tile_dpbf16ps(2, 5, 6);
    _tile_loadd(7, weights + STEP / 2, 64);
    _tile_dpbf16ps(1, 4, 7);
    _tile_dpbf16ps(3, 5, 7);
    if (waiting->written < waiting->count) write(p, waiting, WRITTEN, gate, is_convolution);
  }
}

AMX_INLINE void multiply_task(const struct product *p, int64_t task, const bool gate, const bool is_convolution) {
  const ck_amx_product *s = p->s;
  int64_t first = task / p->across * p->task_rows, last = min64(first + p->task_rows, p->rows);
  int64_t from = task % p->across * p->task_panels, to = min64(from + p->task_panels, s->outputs / SIDE);
  int64_t unfinished = p->stretches > 1 ? parts(last - first, SIDE) * (to - from) : 0, at[p->depth];
  float finished[SIDE * SIDE] __attribute__((aligned(64)));
  float kept[unfinished * SIDE * SIDE + 1] __attribute__((aligned(64)));
  for (int64_t channel = 0, step = 0; channel < s->inputs; channel += 32)
    for (int64_t tap = 0; tap < s->kernel * s->kernel; tap++) {
      int64_t distance = s->kernel == 1 ? 0 : (tap / 3 - 1) * pitch_of(s) + tap % 3 - 1;
      at[step++] = distance * p->stride + channel;
    }
  int64_t furthest = s->kernel == 1 ? 0 : pitch_of(s) + 1;

  configure_tiles();
  struct sums waiting = {0};
  int64_t blocks = parts(last - first, SIDE);
  for (int64_t stretch = 0; stretch < p->stretches; stretch++) {
    int64_t begins = p->depth * stretch / p->stretches, ends = p->depth * (stretch + 1) / p->stretches;
    // Weights come from far: called for are those of the next stretch, or of this thread's next task, as far as that can
    // be known.
    bool is_last = stretch + 1 == p->stretches;
    int64_t next_stretch = is_last ? 0 : ends;
    int64_t next_from = is_last ? (task + p->threads) % p->across * p->task_panels : from;
    int64_t block = 0;
    for (int64_t row = first; row < last; row += SIDE) {
      int64_t top = min64(row, p->rows - SIDE);
      struct ahead rows_ahead = {(const char *)(p->x + (row + SIDE + furthest) * p->stride),
                                 p->stretches > 1 ? 0 : parts(p->stride, (to - from) * (ends - begins))};
      for (int64_t panel = from; panel < to; panel++, block++) {
        float *sum = kept + (unfinished ? block : 0) * SIDE * SIDE;
        int64_t lines = parts(STEP / 32, blocks), done = (row - first) / SIDE * (ends - begins) * lines;
        const uint16_t *next = p->packed + ((next_from + panel - from) * p->depth + next_stretch) * STEP;
        struct ahead weights_ahead = {(const char *)(next + done * 32), lines};
        if (stretch == 0) clear_sums();
        else load_sums(sum);
        multiply(p, p->x + top * p->stride, at + begins, ends - begins, p->packed + (panel * p->depth + begins) * STEP,
                 &rows_ahead, &weights_ahead, &waiting, gate, is_convolution);
        if (!is_last) {
          store_sums(sum);
        } else {
          write(p, &waiting, SIDE, gate, is_convolution);
          store_sums(finished);
          waiting = begin(p, finished, top, row, panel);
        }
      }
    }
  }
  write(p, &waiting, SIDE, gate, is_convolution);
  _tile_release();
}

AMX static void gate_task(const void *context, int64_t task) { multiply_task(context, task, true, false); }
AMX static void product_task(const void *context, int64_t task) { multiply_task(context, task, false, false); }
AMX static void convolution_task(const void *context, int64_t task) { multiply_task(context, task, false, true); }

void ck_amx_product_run(const ck_amx_product *s, const void *x, const void *packed, const float *bias,
                        const void *addend, void *y, void *scratch) {
  int64_t results = rows_of(s), rows = results > SIDE ? results : SIDE;
  struct product p = {.s = s, .x = x, .packed = packed, .addend = addend, .bias = bias, .y = y, .rows = rows,
                      .stride = stride_of(s), .depth = depth_of(s), .results = results, .threads = ck_threads()};
  if (s->kernel == 3) {
    struct surrounding c = {s, x, scratch};
    ck_parallel(s->n * (s->h + 1), surround_task, &c);
    p.x = c.y + (1 + pitch_of(s)) * p.stride;
  } else if (results < SIDE) {
    memcpy(scratch, x, sizeof(uint16_t) * (size_t)(results * s->inputs));
    p.x = scratch;
  }
  // Cut by shape, and so that each thread finds some tasks: each output is summed up in the same order whatever the cut.
  int64_t panels = s->outputs / SIDE, most = ROWS;
  p.stretches = parts(p.depth, s->kernel == 1 ? PRODUCT_STRETCH : CONVOLUTION_STRETCH);
  int64_t weights = parts(p.depth, p.stretches) * STEP * (int64_t)sizeof(uint16_t);
  p.task_panels = WEIGHTS / weights > 1 ? WEIGHTS / weights : 1;
  if (p.stretches > 1) most = SUMS / p.task_panels * SIDE;
  int64_t down = parts(p.rows, most);
  p.task_rows = parts(parts(p.rows, down), SIDE) * SIDE;
  down = parts(p.rows, p.task_rows);
  int64_t groups = parts(panels, p.task_panels), wanted = parts(8 * p.threads, down);
  p.task_panels = parts(panels, min64(panels, groups > wanted ? groups : wanted));
  p.across = parts(panels, p.task_panels);
  bool gate = s->activation == CK_GATE, is_convolution = s->kernel == 3;
  ck_parallel(down * p.across, gate ? gate_task : is_convolution ? convolution_task : product_task, &p);
}

#else
void ck_amx_product_run(const ck_amx_product *s, const void *x, const void *packed, const float *bias,
                        const void *addend, void *y, void *scratch) {
  (void)s, (void)x, (void)packed, (void)bias, (void)addend, (void)y, (void)scratch;
}
#endif
