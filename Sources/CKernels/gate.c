#include "vector.h"

enum { BLOCK = 32768 };

struct geglu {
  ck_type type;
  const void *x;
  void *y;
  int64_t rows, width, block;
};
INLINE void geglu_rows(const struct geglu *g, int64_t block, ck_type t) {
  int64_t c = g->width, last = min64((block + 1) * g->block, g->rows);
  for (int64_t row = block * g->block; row < last; row++)
    for (int64_t k = 0; k < c; k += 16) {
      int64_t n = min64(16, c - k);
      v16 value = load_some(g->x, row * 2 * c + k, n, t), gate = load_some(g->x, row * 2 * c + c + k, n, t);
      store_some(g->y, row * c + k, n, t, value * vgelu(gate));
    }
}
MULTIVERSIONED static void geglu_task(const void *context, int64_t i) {
  const struct geglu *g = context;
  if (g->type == CK_BF16) geglu_rows(g, i, CK_BF16);
  else geglu_rows(g, i, CK_F32);
}
void ck_geglu(ck_type type, const void *x, void *y, int64_t rows, int64_t width) {
  int64_t block = BLOCK / width > 1 ? BLOCK / width : 1;
  struct geglu g = {type, x, y, rows, width, block};
  ck_parallel((rows + block - 1) / block, geglu_task, &g);
}
