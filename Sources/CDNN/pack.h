#pragma once
#include "cdnn.h"

// How numbers of up to five dimensions lie in blocks: of block `b` of them, `size[b]` along `dim[b]`, the last of which
// changes fastest. Blocks stand `to[d]` elements apart along dimension d, and hold zeros where that has no more numbers.
enum { MOST_DIMS = 5, MOST_BLOCKS = 8 };
typedef struct {
  cdnn_type type;
  int dims, blocks;
  int64_t extent[MOST_DIMS], padded[MOST_DIMS], from[MOST_DIMS], to[MOST_DIMS];  // from: steps in the plain numbers
  int64_t size[MOST_BLOCKS];
  int dim[MOST_BLOCKS];
} blocked_layout;

// Packs plain fp32 numbers; `parallel` shares the blocks out. Says whether there was memory to do it.
bool pack_blocks(const blocked_layout *layout, const float *plain, void *packed, cdnn_parallel parallel);
