// Our own kernels: what oneDNN has no primitive for, or a slower one. Activations are channels-last, fp32 or bf16 in
// memory and fp32 in arithmetic. All run on the team of threads that oneDNN uses, but for those that say otherwise.
// Results do not depend on the number of threads: however work is cut, each is summed up in the same order.
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { CK_F32 = 0, CK_BF16 = 1 } ck_type;

// Threads of the calling thread's team; at least one.
void ck_set_threads(int count);
int ck_threads(void);
// Runs task(context, i) for every i below count, on the team, in any order.
void ck_parallel(int64_t count, void (*task)(const void *context, int64_t i), const void *context);
// Whether the processor multiplies bf16 natively.
bool ck_has_bf16(void);
// Whether it also multiplies whole tiles of bf16, and the system lends their registers to this process.
bool ck_has_amx(void);
// Whether it has AVX-512 as all processors of x86-64-v4 do: 32 registers of 64 bytes.
bool ck_has_avx512(void);

// y = (x + shift - mean) / sqrt(variance + eps) * weight + bias over groups of channels, then SiLU if asked.
// x and y are [n, pixels, channels]; shift is fp32 [channels] or NULL.
void ck_group_norm(ck_type type, const void *x, void *y, int64_t n, int64_t pixels, int64_t channels, int64_t groups,
                   const float *weight, const float *bias, float eps, const float *shift, bool silu);

// Normalises each row of [rows, width].
void ck_layer_norm(ck_type type, const void *x, void *y, int64_t rows, int64_t width, const float *weight,
                   const float *bias, float eps);

// y[i, j] = x[i, j] gelu(x[i, width + j]); x is [rows, 2 width].
void ck_geglu(ck_type type, const void *x, void *y, int64_t rows, int64_t width);
// y = (1 - t) a + t b.
void ck_lerp(ck_type type, const void *a, const void *b, float t, void *y, int64_t count);

// softmax(q kᵀ scale) v for each head. Rows of q, k, v, y hold all heads side by side; the strides count
// elements from row to row. scratch holds ck_attention_scratch(…) bytes, 64-byte aligned.
typedef struct {
  ck_type type;
  int64_t n, heads, queries, keys, head_size;
  int64_t q_stride, k_stride, v_stride, y_stride;
  float scale;
  bool causal;
} ck_attention_shape;
size_t ck_attention_scratch(const ck_attention_shape *s);
void ck_attention(const ck_attention_shape *s, const void *q, const void *k, const void *v, void *y, void *scratch);

// A convolution of 3x3 with zeros around as products of tiles: before, a product for each place of a tile, after.
// Results of 2x2 take 16 products of numbers instead of 36, of 4x4 36 instead of 144 (and more digits: for fp32);
// doubling, 9 instead of 36, is of a picture of twice the height and width, each pixel taking its nearest source.
typedef enum { CK_TILES_OF_2, CK_TILES_OF_4, CK_DOUBLING } ck_tiling;
typedef struct {
  ck_type type;
  ck_tiling tiling;
  int64_t n, h, w, ci, co;  // of x, and the result's channels
} ck_winograd;
int64_t ck_winograd_places(ck_tiling tiling);
int64_t ck_winograd_tiles(const ck_winograd *s);
// w is [kernels, 3, 3], u [places, kernels], from one place to the next `stride`.
void ck_winograd_weights(ck_tiling tiling, const float *w, float *u, int64_t kernels, int64_t stride);
// x to v, which is [places, rows, ci] of the same type, and m, which is [places, rows, co], to y. Row r is tile first + r;
// only from ≤ r < to are made, by the calling thread alone.
void ck_winograd_before(const ck_winograd *s, const void *x, int64_t first, int64_t from, int64_t to, void *v,
                        int64_t rows);
// bias is [co] or NULL, the addend has y's shape or is NULL; SiLU follows if asked.
void ck_winograd_after(const ck_winograd *s, const float *m, int64_t rows, int64_t first, int64_t from, int64_t to,
                       const float *bias, const void *addend, bool silu, void *y);

// [n, h, w, c] to [n, ho, wo, c], each pixel taking its nearest source.
void ck_upsample_nearest(ck_type type, const void *x, void *y, int64_t n, int64_t h, int64_t w, int64_t c, int64_t ho,
                         int64_t wo);
// rows of a beside rows of b.
void ck_concat(ck_type type, const void *a, int64_t a_width, const void *b, int64_t b_width, void *y, int64_t rows);

// Rows times weights, or a convolution of 3x3 with zeros around, by AMX and in bf16: y = activation(x w + bias + addend).
// The gate makes half the outputs, the first half times gelu of the second, and takes no addend.
typedef enum { CK_IDENTITY, CK_SILU, CK_GELU, CK_QUICK_GELU, CK_RELU, CK_GATE } ck_activation;
typedef struct {
  int64_t n, h, w;  // pictures; a product's rows are pixels of any of them
  int64_t inputs, outputs, kernel;  // the weights are [outputs, inputs, kernel, kernel], the kernel 1 or 3
  ck_activation activation;
} ck_amx_product;
// Whether it can be made so: by this processor, and with sizes that fill its registers.
bool ck_amx_product_serves(const ck_amx_product *s);
// Packed weights serve every n, h and w; with the gate they are others.
size_t ck_amx_product_packed_size(const ck_amx_product *s);
bool ck_amx_product_pack(const ck_amx_product *s, const float *weights, void *packed);
// scratch holds ck_amx_product_scratch_size(…) bytes; bias is [outputs] or NULL, the addend has y's shape or is NULL.
size_t ck_amx_product_scratch_size(const ck_amx_product *s);
void ck_amx_product_run(const ck_amx_product *s, const void *x, const void *packed, const float *bias,
                        const void *addend, void *y, void *scratch);

// How numbers of some dimensions lie in blocks: within one, level b has `size[b]` of them along `dim[b]`, and the last
// level changes fastest. Blocks stand `to[d]` elements apart along dimension d, and hold zeros where that has no more.
enum { CK_MOST_DIMS = 5, CK_MOST_BLOCKS = 8 };
typedef struct {
  ck_type type;
  int dims, blocks;
  int64_t extent[CK_MOST_DIMS], padded[CK_MOST_DIMS], to[CK_MOST_DIMS];
  int64_t from[CK_MOST_DIMS];  // from number to number of the plain ones
  int64_t size[CK_MOST_BLOCKS];
  int dim[CK_MOST_BLOCKS];
} ck_blocked_layout;
// Packs plain fp32 numbers; says whether there was memory to do it.
bool ck_pack_blocks(const ck_blocked_layout *layout, const float *plain, void *packed);

void ck_f32_to_bf16(const float *x, uint16_t *y, int64_t count);
void ck_f16_to_f32(const uint16_t *x, float *y, int64_t count);
void ck_bf16_to_f32(const uint16_t *x, float *y, int64_t count);
// Channels-first fp32 [n, channels, pixels] to channels-last, and back.
void ck_to_channels_last(ck_type type, const float *x, void *y, int64_t n, int64_t channels, int64_t pixels);
void ck_to_channels_first(ck_type type, const void *x, float *y, int64_t n, int64_t channels, int64_t pixels);
