// A thin face on oneDNN: convolutions and matrix products with channels-last activations,
// weights packed once into the layout the library prefers, and fused post-operations.
// The differences between oneDNN 2.x and 3.x stay inside cdnn.c.
//
// An operation is compiled for one set of sizes and may be run by several threads at once.
// Functions that can fail return NULL or a nonzero oneDNN status.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { CDNN_F32 = 0, CDNN_BF16 = 1 } cdnn_type;

typedef enum {
  CDNN_IDENTITY = 0,
  CDNN_SILU,        // x σ(x)
  CDNN_GELU,        // x Φ(x), exact
  CDNN_QUICK_GELU,  // x σ(1.702 x)
  CDNN_RELU,
} cdnn_activation;

// A two-dimensional convolution of [n, h, w, ci] to [n, ho, wo, co].
typedef struct {
  cdnn_type type;
  int64_t n, h, w, ci, co, ho, wo;
  int64_t kernel, stride;
  int64_t pad_top, pad_left, pad_bottom, pad_right;
  bool bias, add;  // add: a tensor of the result's shape is added before the activation
  cdnn_activation activation;
} cdnn_convolution;

// rows of [m, k] times weights [n, k] transposed, to [m, n]; or `places` of them on top of one another.
typedef struct {
  cdnn_type type, result;
  int64_t places, m, k, n;
  bool bias, add;
  cdnn_activation activation;
  bool alone;  // run by the calling thread alone, one of a team at work
} cdnn_product;

typedef struct cdnn_op cdnn_op;

cdnn_op *cdnn_convolution_create(const cdnn_convolution *c);
cdnn_op *cdnn_product_create(const cdnn_product *p);
void cdnn_op_free(cdnn_op *op);

// Bytes of the packed weights and of the scratch memory that a run needs.
size_t cdnn_op_packed_size(const cdnn_op *op);
size_t cdnn_op_scratch_size(const cdnn_op *op);

// Whether weights packed for one operation serve the other.
bool cdnn_op_same_packing(const cdnn_op *a, const cdnn_op *b);

// Packs fp32 weights in PyTorch's order: [co, ci, kernel, kernel] or [places, n, k].
int cdnn_op_pack(const cdnn_op *op, const float *weights, void *packed);

// bias is fp32 [co] or NULL, addend has the result's shape or is NULL, as at creation.
int cdnn_op_run(const cdnn_op *op, const void *x, const void *packed, const float *bias, const void *addend,
                void *y, void *scratch);
