// What the kernels for processors with AVX512-BF16 have in common.
#pragma once
#include "vector.h"

#if defined(__x86_64__)

#include <immintrin.h>

#define BF16 __attribute__((target("avx512f,avx512bw,avx512vl,avx512bf16,avx512dq")))
#define BF16_INLINE BF16 INLINE
#define AMX __attribute__((target("amx-tile,amx-bf16,avx512f,avx512bw,avx512vl,avx512bf16,avx512dq")))
#define AMX_INLINE AMX INLINE

// 2ˣ to about 8e-5, a twentieth of what bf16 can tell: a polynomial on the fraction from -1/2 to 1/2. NaN stays NaN.
// From 2¹²⁸ on it is infinite. Nothing falls below 2⁻¹⁰⁰, which is as good as 0: subnormal numbers would take ten times
// as long.
BF16_INLINE __m512 exp2_of(__m512 x) {
  x = _mm512_min_ps(_mm512_set1_ps(200.0f), _mm512_max_ps(_mm512_set1_ps(-100.0f), x));
  __m512 n = _mm512_roundscale_ps(x, 0), f = _mm512_sub_ps(x, n);
  __m512 p = _mm512_set1_ps(5.51715679e-2f);
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(2.42611110e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(6.93261027e-1f));
  p = _mm512_fmadd_ps(p, f, _mm512_set1_ps(9.99928057e-1f));
  return _mm512_scalef_ps(p, n);
}

BF16_INLINE void round_to(uint16_t *to, __m512 x) {
  __m256bh rounded = _mm512_cvtneps_pbh(x);
  memcpy(to, &rounded, sizeof rounded);
}

BF16_INLINE __m512 widen(const uint16_t *from) {
  __m256i bits;
  memcpy(&bits, from, sizeof bits);
  return _mm512_castsi512_ps(_mm512_slli_epi32(_mm512_cvtepu16_epi32(bits), 16));
}

// x / (1 + e^(-steepness x)), by an approximate quotient.
BF16_INLINE __m512 sigmoid_times(__m512 x, float steepness) {
  __m512 away = exp2_of(_mm512_mul_ps(x, _mm512_set1_ps(-1.44269504f * steepness)));
  return _mm512_mul_ps(x, _mm512_rcp14_ps(_mm512_add_ps(_mm512_set1_ps(1), away)));
}

// Eight registers of sixteen rows of 64 bytes.
AMX_INLINE void configure_tiles(void) {
  struct {
    uint8_t palette, start_row, reserved[14];
    uint16_t bytes[16];
    uint8_t rows[16];
  } tiles = {.palette = 1};
  for (int i = 0; i < 8; i++) tiles.bytes[i] = 64, tiles.rows[i] = 16;
  _tile_loadconfig(&tiles);
}

#endif
