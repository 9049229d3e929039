// Sixteen floats at a time, in whatever vectors the processor has: the compiler makes one
// version of each kernel for every x86-64 level and the right one is chosen at run time.
#pragma once
#include <math.h>
#include <string.h>

#include "ckernels.h"

#if defined(__x86_64__) && defined(__linux__)
#define MULTIVERSIONED __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
// Twice, where a kernel's shape depends on the registers: 32 of 64 bytes, or 16 of 32 at most. See ck_has_avx512.
#define FOR_AVX512 __attribute__((target("arch=x86-64-v4")))
#define FOR_OTHERS __attribute__((target_clones("arch=x86-64-v3", "default")))
// For those that round to bf16 by themselves. See ck_has_bf16.
#define FOR_BF16 __attribute__((target("arch=x86-64-v4,avx512bf16")))
#else
#define MULTIVERSIONED
#define FOR_AVX512
#define FOR_BF16
#define FOR_OTHERS
#endif
// Everything here is inlined, so it does not matter how a vector would be passed.
#pragma clang diagnostic ignored "-Wpsabi"
#define INLINE static inline __attribute__((always_inline, unused))

typedef float v16 __attribute__((vector_size(64)));
typedef float v8 __attribute__((vector_size(32)));
typedef float v4 __attribute__((vector_size(16)));
typedef int32_t i16 __attribute__((vector_size(64)));
typedef uint32_t u16x32 __attribute__((vector_size(64)));
typedef uint16_t u16x16 __attribute__((vector_size(32)));

INLINE int64_t min64(int64_t a, int64_t b) { return a < b ? a : b; }
INLINE size_t size_of(ck_type t) { return t == CK_BF16 ? 2 : 4; }
INLINE void *offset(const void *p, int64_t i, ck_type t) { return (char *)p + i * (int64_t)size_of(t); }

INLINE float bf16_value(uint16_t b) {
  uint32_t u = (uint32_t)b << 16;
  float f;
  memcpy(&f, &u, 4);
  return f;
}
// Rounds to nearest, ties to even. Rounding would carry a NaN's bits over into infinity or zero: it stays a quiet NaN.
INLINE uint16_t bf16_bits(float f) {
  uint32_t u;
  memcpy(&u, &f, 4);
  uint32_t rounded = (u + 0x7fff + (u >> 16 & 1)) >> 16, nan = u >> 16 | 0x40;
  return (uint16_t)((u & 0x7fffffff) > 0x7f800000 ? nan : rounded);
}

// Exponent and fraction move to their places; a product corrects the exponent's bias, for subnormals as well.
INLINE float f16_value(uint16_t h) {
  uint32_t u = (uint32_t)(h & 0x7fff) << 13;
  float f;
  memcpy(&f, &u, 4);
  f *= 0x1p112f;
  memcpy(&u, &f, 4);
  if ((h & 0x7c00) == 0x7c00) u |= 0x7f800000;
  u |= (uint32_t)(h & 0x8000) << 16;
  memcpy(&f, &u, 4);
  return f;
}

// Element i of an array, and sixteen from there.
INLINE float get(const void *p, int64_t i, ck_type t) {
  return t == CK_BF16 ? bf16_value(((const uint16_t *)p)[i]) : ((const float *)p)[i];
}
INLINE void put(void *p, int64_t i, ck_type t, float f) {
  if (t == CK_BF16) ((uint16_t *)p)[i] = bf16_bits(f);
  else ((float *)p)[i] = f;
}
INLINE v16 load(const void *p, int64_t i, ck_type t) {
  v16 x;
  if (t == CK_BF16) {
    u16x16 b;
    memcpy(&b, (const uint16_t *)p + i, sizeof b);
    u16x32 u = __builtin_convertvector(b, u16x32) << 16;
    memcpy(&x, &u, sizeof x);
  } else {
    memcpy(&x, (const float *)p + i, sizeof x);
  }
  return x;
}
INLINE void store(void *p, int64_t i, ck_type t, v16 x) {
  if (t == CK_BF16) {
    u16x32 u;
    memcpy(&u, &x, sizeof u);
    u16x32 rounded = (u + 0x7fff + (u >> 16 & 1)) >> 16, nan = u >> 16 | 0x40;
    u16x32 is_nan = (u16x32)((i16)(u & 0x7fffffff) > 0x7f800000);  // all ones where it is
    u16x16 b = __builtin_convertvector((nan & is_nan) | (rounded & ~is_nan), u16x16);
    memcpy((uint16_t *)p + i, &b, sizeof b);
  } else {
    memcpy((float *)p + i, &x, sizeof x);
  }
}
// To bf16 in one instruction where a function is for processors that have it. Elsewhere a compiler calls a function for
// each number, which not all libraries know: there it must be left out, and so it must while nothing is optimised.
INLINE void store_natively(void *p, int64_t i, v16 x) {
#if defined(__x86_64__) && defined(__OPTIMIZE__)
  typedef __bf16 b16x16 __attribute__((vector_size(32)));
  b16x16 rounded = __builtin_convertvector(x, b16x16);
  memcpy((uint16_t *)p + i, &rounded, sizeof rounded);
#else
  store(p, i, CK_BF16, x);
#endif
}
// `load` and `store` for the first `count` of sixteen; the rest reads as zero and is not written.
INLINE v16 load_some(const void *p, int64_t i, int64_t count, ck_type t) {
  if (count >= 16) return load(p, i, t);
  float f[16] = {0};
  for (int64_t j = 0; j < count; j++) f[j] = get(p, i + j, t);
  return load(f, 0, CK_F32);
}
INLINE void store_some(void *p, int64_t i, int64_t count, ck_type t, v16 x) {
  if (count >= 16) return store(p, i, t, x);
  for (int64_t j = 0; j < count; j++) put(p, i + j, t, x[j]);
}

// Not `(v16){0} + f`: an addition, which makes of -0 a 0 and cannot be left out.
INLINE v16 all(float f) { return (v16){f, f, f, f, f, f, f, f, f, f, f, f, f, f, f, f}; }
INLINE v8 all8(float f) { return (v8){f, f, f, f, f, f, f, f}; }
// One instruction: b where either is NaN. (__builtin_elementwise_max takes three, to find the one that is none.)
INLINE v16 choose(i16 which, v16 a, v16 b) {
  i16 x, y;
  memcpy(&x, &a, sizeof x), memcpy(&y, &b, sizeof y);
  x = (x & which) | (y & ~which);
  memcpy(&a, &x, sizeof a);
  return a;
}
INLINE v16 vmax(v16 a, v16 b) { return choose(a > b, a, b); }
INLINE v16 vmin(v16 a, v16 b) { return choose(a < b, a, b); }
INLINE v16 vabs(v16 a) { return __builtin_elementwise_abs(a); }
// Halves upon halves: a sixteenth of the waiting that one number after the other takes.
INLINE float sum(v16 x) {
  v8 a = __builtin_shufflevector(x, x, 0, 1, 2, 3, 4, 5, 6, 7)
         + __builtin_shufflevector(x, x, 8, 9, 10, 11, 12, 13, 14, 15);
  v4 b = __builtin_shufflevector(a, a, 0, 1, 2, 3) + __builtin_shufflevector(a, a, 4, 5, 6, 7);
  return (b[0] + b[2]) + (b[1] + b[3]);
}
INLINE float maximum(v16 x) {
  float m[16], four[4];
  memcpy(m, &x, sizeof m);
  for (int i = 0; i < 4; i++) four[i] = fmaxf(fmaxf(m[i], m[i + 4]), fmaxf(m[i + 8], m[i + 12]));
  return fmaxf(fmaxf(four[0], four[1]), fmaxf(four[2], four[3]));
}

// eˣ to about 1e-7: x = n ln 2 + r with |r| ≤ ln 2 / 2, and the Taylor series of eʳ to the seventh power.
// NaN stays NaN.
INLINE v16 vexp(v16 x) {
  x = vmin(all(88.0f), vmax(all(-87.0f), x));
  v16 shifted = x * 1.44269504f + 12582912.0f;  // 1.5 · 2²³: the nearest integer lands in the low bits
  v16 n = shifted - 12582912.0f;
  v16 r = x - n * 0.693359375f;
  r = r + n * 2.12194440e-4f;
  v16 p = r * 1.98412698e-4f + 1.38888889e-3f;
  p = p * r + 8.33333333e-3f;
  p = p * r + 4.16666667e-2f;
  p = p * r + 1.66666667e-1f;
  p = p * r + 0.5f;
  p = p * r + 1.0f;
  p = p * r + 1.0f;
  i16 power = __builtin_convertvector(n, i16) << 23, bits;
  memcpy(&bits, &p, sizeof bits);
  bits += power;
  memcpy(&p, &bits, sizeof p);
  return p;
}
INLINE v16 vsilu(v16 x) { return x / (1.0f + vexp(-x)); }
// x Φ(x) with erf after Abramowitz and Stegun 7.1.26, absolute error 1.5e-7.
INLINE v16 vgelu(v16 x) {
  v16 z = vabs(x) * 0.70710678f;
  v16 t = 1.0f / (1.0f + 0.3275911f * z);
  v16 p = t * 1.061405429f - 1.453152027f;
  p = p * t + 1.421413741f;
  p = p * t - 0.284496736f;
  p = p * t + 0.254829592f;
  v16 tail = 0.5f * p * t * vexp(-z * z);  // Φ(-|x|)
  return vmax(x, all(0)) - vabs(x) * tail;
}
