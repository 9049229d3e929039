#include "team.h"
#include "vector.h"

void ck_upsample_nearest(ck_type type, const void *x, void *y, int64_t n, int64_t h, int64_t w, int64_t c, int64_t ho,
                         int64_t wo) {
  size_t pixel = (size_t)c * size_of(type);
  char *to = y;
  for (int64_t image = 0; image < n; image++)
    for (int64_t i = 0; i < ho; i++) {
      const char *row = (const char *)x + (size_t)((image * h + i * h / ho) * w) * pixel;
      for (int64_t j = 0; j < wo; j++, to += pixel) memcpy(to, row + (size_t)(j * w / wo) * pixel, pixel);
    }
}

void ck_concat(ck_type type, const void *a, int64_t a_width, const void *b, int64_t b_width, void *y, int64_t rows) {
  size_t left = (size_t)a_width * size_of(type), right = (size_t)b_width * size_of(type);
  const char *from_a = a, *from_b = b;
  char *to = y;
  for (int64_t i = 0; i < rows; i++, from_a += left, from_b += right, to += left + right) {
    memcpy(to, from_a, left);
    memcpy(to + left, from_b, right);
  }
}

MULTIVERSIONED void ck_f32_to_bf16(const float *x, uint16_t *y, int64_t count) {
  for (int64_t i = 0; i < count; i++) y[i] = bf16_bits(x[i]);
}
MULTIVERSIONED void ck_bf16_to_f32(const uint16_t *x, float *y, int64_t count) {
  for (int64_t i = 0; i < count; i++) y[i] = bf16_value(x[i]);
}

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
