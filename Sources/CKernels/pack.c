#include <stdlib.h>

#include "vector.h"

// oneDNN's own reordering of weights takes seconds for a large model. A block's numbers always come from the same
// places around its first one: these are found once, and the rest is fetching and rounding.

enum { SHARE = 4096 };  // numbers that are fetched at once

struct packing {
  const ck_blocked_layout *layout;
  const float *plain;
  void *packed;
  int64_t count;  // numbers of a block
  int64_t within[CK_MOST_DIMS], blocks[CK_MOST_DIMS];  // extents of a block, and how many there are
  int32_t *places;  // [count]: where a number of a block is fetched from
  int32_t *indices;  // [dims, count]: which it is along each dimension
};

MULTIVERSIONED static void fetch(const float *restrict from, const int32_t *restrict places, int64_t count,
                                 float *restrict to) {
  for (int64_t i = 0; i < count; i++) to[i] = from[places[i]];
}

MULTIVERSIONED static void round_all(const float *restrict from, int64_t count, uint16_t *restrict to) {
  for (int64_t i = 0; i < count; i++) to[i] = bf16_bits(from[i]);
}

// The numbers of a block at the edge, some of which are none.
static void fetch_some(const struct packing *p, const float *from, const int64_t *first, int64_t start, int64_t count,
                       float *to) {
  const ck_blocked_layout *l = p->layout;
  for (int64_t i = 0; i < count; i++) {
    bool is_there = true;
    for (int d = 0; d < l->dims; d++)
      is_there = is_there && first[d] + p->indices[d * p->count + start + i] < l->extent[d];
    to[i] = is_there ? from[p->places[start + i]] : 0;
  }
}

static void pack_block(const void *context, int64_t number) {
  const struct packing *p = context;
  const ck_blocked_layout *l = p->layout;
  int64_t first[CK_MOST_DIMS], target = 0, rest = number;
  const float *from = p->plain;
  bool is_whole = true;
  for (int d = l->dims - 1; d >= 0; d--) {
    int64_t block = rest % p->blocks[d];
    rest /= p->blocks[d];
    first[d] = block * p->within[d];
    target += block * l->to[d];
    from += first[d] * l->from[d];
    is_whole = is_whole && first[d] + p->within[d] <= l->extent[d];
  }
  float fetched[SHARE];
  for (int64_t start = 0; start < p->count; start += SHARE) {
    int64_t count = min64(SHARE, p->count - start);
    if (is_whole) fetch(from, p->places + start, count, fetched);
    else fetch_some(p, from, first, start, count, fetched);
    void *to = offset(p->packed, target + start, l->type);
    if (l->type == CK_BF16) round_all(fetched, count, to);
    else memcpy(to, fetched, sizeof(float) * (size_t)count);
  }
}

bool ck_pack_blocks(const ck_blocked_layout *l, const float *plain, void *packed) {
  struct packing p = {.layout = l, .plain = plain, .packed = packed, .count = 1};
  int64_t all = 1;
  for (int d = 0; d < l->dims; d++) p.within[d] = 1;
  for (int b = 0; b < l->blocks; b++) p.within[l->dim[b]] *= l->size[b], p.count *= l->size[b];
  for (int d = 0; d < l->dims; d++) p.blocks[d] = l->padded[d] / p.within[d], all *= p.blocks[d];
  p.places = malloc(sizeof(int32_t) * (size_t)(p.count * (1 + l->dims)));
  if (!p.places) return false;
  p.indices = p.places + p.count;
  for (int64_t i = 0; i < p.count; i++) {
    int64_t index[CK_MOST_DIMS] = {0}, unit[CK_MOST_DIMS], rest = i, place = 0;
    for (int d = 0; d < l->dims; d++) unit[d] = 1;
    for (int b = l->blocks - 1; b >= 0; b--) {
      int d = l->dim[b];
      index[d] += rest % l->size[b] * unit[d];
      rest /= l->size[b];
      unit[d] *= l->size[b];
    }
    for (int d = 0; d < l->dims; d++) {
      p.indices[d * p.count + i] = (int32_t)index[d];
      place += index[d] * l->from[d];
    }
    p.places[i] = (int32_t)place;
  }
  ck_parallel(all, pack_block, &p);
  free(p.places);
  return true;
}
