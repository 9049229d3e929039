#include "vector.h"

struct upsampling {
  const void *x;
  void *y;
  int64_t h, w, ho, wo;
  size_t pixel;
};
static void upsample_row(const void *context, int64_t i) {
  const struct upsampling *u = context;
  const char *row = (const char *)u->x + (size_t)((i / u->ho * u->h + i % u->ho * u->h / u->ho) * u->w) * u->pixel;
  char *to = (char *)u->y + (size_t)(i * u->wo) * u->pixel;
  for (int64_t j = 0; j < u->wo; j++, to += u->pixel)
    memcpy(to, row + (size_t)(j * u->w / u->wo) * u->pixel, u->pixel);
}
void ck_upsample_nearest(ck_type type, const void *x, void *y, int64_t n, int64_t h, int64_t w, int64_t c, int64_t ho,
                         int64_t wo) {
  struct upsampling u = {x, y, h, w, ho, wo, (size_t)c * size_of(type)};
  ck_parallel(n * ho, upsample_row, &u);
}

struct concat {
  const char *a, *b;
  char *y;
  size_t left, right;
  int64_t rows, block;
};
static void concat_block(const void *context, int64_t block) {
  const struct concat *c = context;
  int64_t last = min64((block + 1) * c->block, c->rows);
  for (int64_t i = block * c->block; i < last; i++) {
    char *to = c->y + (size_t)i * (c->left + c->right);
    memcpy(to, c->a + (size_t)i * c->left, c->left);
    memcpy(to + c->left, c->b + (size_t)i * c->right, c->right);
  }
}
void ck_concat(ck_type type, const void *a, int64_t a_width, const void *b, int64_t b_width, void *y, int64_t rows) {
  struct concat c = {a, b, y, (size_t)a_width * size_of(type), (size_t)b_width * size_of(type), rows, 64};
  ck_parallel((rows + c.block - 1) / c.block, concat_block, &c);
}

enum { NUMBERS = 1 << 16 };  // of one task of a conversion

struct conversion {
  const void *from;
  void *to;
  int64_t count;
};
#define CONVERSION(NAME, FROM, TO, VALUE)                                               \
  MULTIVERSIONED static void NAME##_task(const void *context, int64_t block) {          \
    const struct conversion *c = context;                                               \
    const FROM *x = c->from;                                                            \
    TO *y = c->to;                                                                      \
    int64_t last = min64((block + 1) * NUMBERS, c->count);                              \
    for (int64_t i = block * NUMBERS; i < last; i++) y[i] = VALUE(x[i]);                \
  }                                                                                     \
  void ck_##NAME(const FROM *x, TO *y, int64_t count) {                                 \
    struct conversion c = {x, y, count};                                                \
    ck_parallel((count + NUMBERS - 1) / NUMBERS, NAME##_task, &c);                      \
  }
CONVERSION(f32_to_bf16, float, uint16_t, bf16_bits)
CONVERSION(bf16_to_f32, uint16_t, float, bf16_value)
CONVERSION(f16_to_f32, uint16_t, float, f16_value)

void ck_to_channels_last(ck_type type, const float *x, void *y, int64_t n, int64_t channels, int64_t pixels) {
  for (int64_t image = 0; image < n; image++)
    for (int64_t p = 0; p < pixels; p++)
      for (int64_t c = 0; c < channels; c++)
        put(y, (image * pixels + p) * channels + c, type, x[(image * channels + c) * pixels + p]);
}
void ck_to_channels_first(ck_type type, const void *x, float *y, int64_t n, int64_t channels, int64_t pixels) {
  for (int64_t image = 0; image < n; image++)
    for (int64_t c = 0; c < channels; c++)
      for (int64_t p = 0; p < pixels; p++)
        y[(image * channels + c) * pixels + p] = get(x, (image * pixels + p) * channels + c, type);
}
