#include "vector.h"

enum { BLOCK = 32768 };

struct lerp {
  ck_type type;
  const void *a, *b;
  void *y;
  float t;
  int64_t count;
};

INLINE void lerp_block(const struct lerp *l, int64_t block, ck_type t) {
  int64_t last = min64((block + 1) * BLOCK, l->count);
  for (int64_t i = block * BLOCK; i < last; i += 16) {
    int64_t n = min64(16, last - i);
    store_some(l->y, i, n, t, load_some(l->a, i, n, t) * (1 - l->t) + load_some(l->b, i, n, t) * l->t);
  }
}
MULTIVERSIONED static void lerp_task(const void *context, int64_t i) {
  const struct lerp *l = context;
  if (l->type == CK_BF16) lerp_block(l, i, CK_BF16);
  else lerp_block(l, i, CK_F32);
}
void ck_lerp(ck_type type, const void *a, const void *b, float t, void *y, int64_t count) {
  struct lerp l = {type, a, b, y, t, count};
  ck_parallel((count + BLOCK - 1) / BLOCK, lerp_task, &l);
}
