#pragma once
#include "ckernels.h"

struct attention {
  ck_attention_shape s;
  const void *q, *k, *v;
  void *y, *scratch;
};

static inline int64_t up16(int64_t x) { return (x + 15) / 16 * 16; }

// The same with products of bf16 pairs, for processors that have them.
void ck_attention_bf16(const struct attention *a);
// And with AMX, whose registers are tiles; its scratch is laid out otherwise.
void ck_attention_amx(const struct attention *a);
size_t ck_attention_amx_scratch(const ck_attention_shape *s);
