#include "cdnn.h"

#include <oneapi/dnnl/dnnl.h>
#include <stdlib.h>
#include <string.h>

#include "ckernels.h"

typedef dnnl_memory_desc_t desc_t;
#if DNNL_VERSION_MAJOR >= 3
typedef const_dnnl_memory_desc_t desc_ref;  // descriptions are handles
#define DESC(d) (d)
#else
typedef const dnnl_memory_desc_t *desc_ref;  // descriptions are plain structs
#define DESC(d) (&(d))
#endif

enum { X, WEIGHTS, BIAS, ADDEND, Y, SCRATCH, ROLES };
static const int plain_args[ROLES] = {DNNL_ARG_SRC, DNNL_ARG_WEIGHTS, DNNL_ARG_BIAS, 0, DNNL_ARG_DST,
                                      DNNL_ARG_SCRATCHPAD};

struct cdnn_op {
  dnnl_primitive_desc_t pd;
  dnnl_primitive_t primitive;
  bool has[ROLES];
  desc_t plain_weights;  // PyTorch's order in fp32
};

static dnnl_engine_t engine;

__attribute__((constructor)) static void start(void) { dnnl_engine_create(&engine, dnnl_cpu, 0); }

// A stream serves one thread; each has its own for as long as the process lives.
static dnnl_stream_t this_stream(void) {
  static _Thread_local dnnl_stream_t stream;
  if (!stream) dnnl_stream_create(&stream, engine, dnnl_stream_default_flags);
  return stream;
}

static dnnl_data_type_t type_of(cdnn_type t) { return t == CDNN_BF16 ? dnnl_bf16 : dnnl_f32; }

static desc_t describe(int dims, const dnnl_dims_t d, dnnl_data_type_t type, dnnl_format_tag_t tag) {
  desc_t md;
#if DNNL_VERSION_MAJOR >= 3
  if (dnnl_memory_desc_create_with_tag(&md, dims, d, type, tag) != dnnl_success) md = NULL;
#else
  memset(&md, 0, sizeof md);
  dnnl_memory_desc_init_by_tag(&md, dims, d, type, tag);
#endif
  return md;
}

static void forget(desc_t md) {
#if DNNL_VERSION_MAJOR >= 3
  dnnl_memory_desc_destroy(md);
#else
  (void)md;
#endif
}

// Post-operations: the addend first, then the activation; scratch memory is ours to give.
static dnnl_primitive_attr_t attributes(bool add, desc_t y, cdnn_activation activation) {
  dnnl_primitive_attr_t attr;
  dnnl_post_ops_t ops;
  dnnl_primitive_attr_create(&attr);
  dnnl_primitive_attr_set_scratchpad_mode(attr, dnnl_scratchpad_mode_user);
  dnnl_post_ops_create(&ops);
  if (add) dnnl_post_ops_append_binary(ops, dnnl_binary_add, DESC(y));
  dnnl_alg_kind_t alg = 0;
  float alpha = 0;
  switch (activation) {
    case CDNN_IDENTITY: break;
    case CDNN_SILU: alg = dnnl_eltwise_swish; alpha = 1; break;
    case CDNN_QUICK_GELU: alg = dnnl_eltwise_swish; alpha = 1.702f; break;
    case CDNN_GELU: alg = dnnl_eltwise_gelu_erf; break;
    case CDNN_RELU: alg = dnnl_eltwise_relu; break;
  }
  if (alg) {
#if DNNL_VERSION_MAJOR >= 3
    dnnl_post_ops_append_eltwise(ops, alg, alpha, 0);
#else
    dnnl_post_ops_append_eltwise(ops, 1, alg, alpha, 0);
#endif
  }
  dnnl_primitive_attr_set_post_ops(attr, ops);
  dnnl_post_ops_destroy(ops);
  return attr;
}

// An operation is cut for as many threads as its maker's team has.
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int);

static desc_ref query(const cdnn_op *op, dnnl_query_t what, int index) {
  return dnnl_primitive_desc_query_md(op->pd, what, index);
}

static desc_ref role_desc(const cdnn_op *op, int role) {
  switch (role) {
    case X: return query(op, dnnl_query_src_md, 0);
    case WEIGHTS: return query(op, dnnl_query_weights_md, 0);
    case BIAS: return query(op, dnnl_query_weights_md, 1);
    case SCRATCH: return query(op, dnnl_query_scratchpad_md, 0);
    default: return query(op, dnnl_query_dst_md, 0);
  }
}

// Takes over the primitive descriptor and the description of the plain weights.
static cdnn_op *finish(dnnl_primitive_desc_t pd, desc_t plain_weights, bool bias, bool add) {
  cdnn_op *op = calloc(1, sizeof *op);
  if (!op) return NULL;
  *op = (cdnn_op){.pd = pd, .plain_weights = plain_weights};
  for (int role = 0; role < ROLES; role++) op->has[role] = role == BIAS ? bias : role == ADDEND ? add : true;
  if (dnnl_primitive_create(&op->primitive, pd) != dnnl_success) {
    cdnn_op_free(op);
    return NULL;
  }
  return op;
}

cdnn_op *cdnn_convolution_create(const cdnn_convolution *c) {
  dnnl_data_type_t t = type_of(c->type);
  desc_t x = describe(4, (dnnl_dims_t){c->n, c->ci, c->h, c->w}, t, dnnl_nhwc);
  desc_t w = describe(4, (dnnl_dims_t){c->co, c->ci, c->kernel, c->kernel}, t, dnnl_format_tag_any);
  desc_t plain = describe(4, (dnnl_dims_t){c->co, c->ci, c->kernel, c->kernel}, dnnl_f32, dnnl_oihw);
  desc_t b = describe(1, (dnnl_dims_t){c->co}, dnnl_f32, dnnl_a);
  desc_t y = describe(4, (dnnl_dims_t){c->n, c->co, c->ho, c->wo}, t, dnnl_nhwc);
  dnnl_dims_t strides = {c->stride, c->stride}, before = {c->pad_top, c->pad_left},
              after = {c->pad_bottom, c->pad_right};
  dnnl_primitive_attr_t attr = attributes(c->add, y, c->activation);
  dnnl_primitive_desc_t pd = NULL;
#if DNNL_VERSION_MAJOR >= 3
  dnnl_dims_t dilates = {0, 0};
  dnnl_convolution_forward_primitive_desc_create(&pd, engine, dnnl_forward_inference, dnnl_convolution_direct, x, w,
                                                 c->bias ? b : NULL, y, strides, dilates, before, after, attr);
#else
  dnnl_convolution_desc_t d;
  if (dnnl_convolution_forward_desc_init(&d, dnnl_forward_inference, dnnl_convolution_direct, &x, &w,
                                         c->bias ? &b : NULL, &y, strides, before, after) == dnnl_success)
    dnnl_primitive_desc_create(&pd, &d, attr, engine, NULL);
#endif
  dnnl_primitive_attr_destroy(attr);
  forget(x), forget(w), forget(b), forget(y);
  return pd ? finish(pd, plain, c->bias, c->add) : NULL;
}

cdnn_op *cdnn_product_create(const cdnn_product *p) {
  dnnl_data_type_t t = type_of(p->type);
  bool many = p->places > 1;
  int dims = many ? 3 : 2, skipped = many ? 0 : 1;
  desc_t x = describe(dims, (dnnl_dims_t){p->places, p->m, p->k} + skipped, t, many ? dnnl_abc : dnnl_ab);
  desc_t w = describe(dims, (dnnl_dims_t){p->places, p->k, p->n} + skipped, t, dnnl_format_tag_any);
  desc_t plain = describe(dims, (dnnl_dims_t){p->places, p->k, p->n} + skipped, dnnl_f32, many ? dnnl_acb : dnnl_ba);
  desc_t b = describe(dims, (dnnl_dims_t){1, 1, p->n} + skipped, dnnl_f32, many ? dnnl_abc : dnnl_ab);
  desc_t y = describe(dims, (dnnl_dims_t){p->places, p->m, p->n} + skipped, type_of(p->result),
                      many ? dnnl_abc : dnnl_ab);
  dnnl_primitive_attr_t attr = attributes(p->add, y, p->activation);
  dnnl_primitive_desc_t pd = NULL;
  int team = omp_get_max_threads();
  if (p->alone) omp_set_num_threads(1);
#if DNNL_VERSION_MAJOR >= 3
  dnnl_matmul_primitive_desc_create(&pd, engine, x, w, p->bias ? b : NULL, y, attr);
#else
  dnnl_matmul_desc_t d;
  if (dnnl_matmul_desc_init(&d, &x, &w, p->bias ? &b : NULL, &y) == dnnl_success)
    dnnl_primitive_desc_create(&pd, &d, attr, engine, NULL);
#endif
  dnnl_primitive_attr_destroy(attr);
  forget(x), forget(w), forget(b), forget(y);
  cdnn_op *op = pd ? finish(pd, plain, p->bias, p->add) : NULL;
  if (p->alone) omp_set_num_threads(team);
  return op;
}

void cdnn_op_free(cdnn_op *op) {
  if (!op) return;
  if (op->primitive) dnnl_primitive_destroy(op->primitive);
  dnnl_primitive_desc_destroy(op->pd);
  forget(op->plain_weights);
  free(op);
}

size_t cdnn_op_packed_size(const cdnn_op *op) {
  return dnnl_memory_desc_get_size(query(op, dnnl_query_weights_md, 0));
}

size_t cdnn_op_scratch_size(const cdnn_op *op) {
  return dnnl_memory_desc_get_size(query(op, dnnl_query_scratchpad_md, 0));
}

bool cdnn_op_same_packing(const cdnn_op *a, const cdnn_op *b) {
  return dnnl_memory_desc_equal(query(a, dnnl_query_weights_md, 0), query(b, dnnl_query_weights_md, 0));
}

// The layout of packed weights; false where it is none of blocks.
static bool layout_of(const cdnn_op *op, ck_blocked_layout *l) {
  desc_ref target = query(op, dnnl_query_weights_md, 0);
  *l = (ck_blocked_layout){0};
#if DNNL_VERSION_MAJOR >= 3
  dnnl_format_kind_t kind = dnnl_format_kind_undef;
  dnnl_data_type_t type = dnnl_data_type_undef;
  dnnl_dims_t *extent, *padded, *to, *from, *size, *dim;
  dnnl_dim_t offset = 0;
  dnnl_memory_desc_query(target, dnnl_query_format_kind, &kind);
  if (kind != dnnl_blocked) return false;
  dnnl_memory_desc_query(target, dnnl_query_data_type, &type);
  dnnl_memory_desc_query(target, dnnl_query_submemory_offset_s64, &offset);
  dnnl_memory_desc_query(target, dnnl_query_ndims_s32, &l->dims);
  dnnl_memory_desc_query(target, dnnl_query_inner_nblks_s32, &l->blocks);
  dnnl_memory_desc_query(target, dnnl_query_dims, &extent);
  dnnl_memory_desc_query(target, dnnl_query_padded_dims, &padded);
  dnnl_memory_desc_query(target, dnnl_query_strides, &to);
  dnnl_memory_desc_query(target, dnnl_query_inner_blks, &size);
  dnnl_memory_desc_query(target, dnnl_query_inner_idxs, &dim);
  dnnl_memory_desc_query(op->plain_weights, dnnl_query_strides, &from);
#else
  if (target->format_kind != dnnl_blocked || target->extra.flags != 0) return false;
  dnnl_data_type_t type = target->data_type;
  dnnl_dim_t offset = target->offset0;
  const dnnl_blocking_desc_t *blocking = &target->format_desc.blocking;
  const dnnl_dims_t *extent = &target->dims, *padded = &target->padded_dims, *to = &blocking->strides,
                    *size = &blocking->inner_blks, *dim = &blocking->inner_idxs,
                    *from = &op->plain_weights.format_desc.blocking.strides;
  l->dims = target->ndims;
  l->blocks = blocking->inner_nblks;
#endif
  if ((type != dnnl_bf16 && type != dnnl_f32) || offset != 0 || l->dims > CK_MOST_DIMS) return false;
  if (l->blocks == 0 || l->blocks > CK_MOST_BLOCKS) return false;
  l->type = type == dnnl_bf16 ? CK_BF16 : CK_F32;
  for (int d = 0; d < l->dims; d++) {
    l->extent[d] = (*extent)[d];
    l->padded[d] = (*padded)[d];
    l->from[d] = (*from)[d];
    l->to[d] = (*to)[d];
  }
  for (int b = 0; b < l->blocks; b++) {
    l->size[b] = (*size)[b];
    l->dim[b] = (int)(*dim)[b];
  }
  return true;
}

int cdnn_op_pack(const cdnn_op *op, const float *weights, void *packed) {
  ck_blocked_layout layout;
  if (layout_of(op, &layout) && ck_pack_blocks(&layout, weights, packed)) return 0;
  dnnl_memory_t from = NULL, to = NULL;
  dnnl_primitive_desc_t pd = NULL;
  dnnl_primitive_t reorder = NULL;
  desc_ref target = query(op, dnnl_query_weights_md, 0);
  int status = dnnl_memory_create(&from, DESC(op->plain_weights), engine, (void *)weights);
  if (!status) status = dnnl_memory_create(&to, target, engine, packed);
  if (!status) status = dnnl_reorder_primitive_desc_create(&pd, DESC(op->plain_weights), engine, target, engine, NULL);
  if (!status) status = dnnl_primitive_create(&reorder, pd);
  if (!status) {
    dnnl_stream_t stream = this_stream();
    dnnl_exec_arg_t args[] = {{DNNL_ARG_FROM, from}, {DNNL_ARG_TO, to}};
    status = dnnl_primitive_execute(reorder, stream, 2, args);
    if (!status) status = dnnl_stream_wait(stream);
  }
  if (reorder) dnnl_primitive_destroy(reorder);
  if (pd) dnnl_primitive_desc_destroy(pd);
  if (to) dnnl_memory_destroy(to);
  if (from) dnnl_memory_destroy(from);
  return status;
}

int cdnn_op_run(const cdnn_op *op, const void *x, const void *packed, const float *bias, const void *addend,
                void *y, void *scratch) {
  void *data[ROLES] = {(void *)x, (void *)packed, (void *)bias, (void *)addend, y, scratch};
  dnnl_exec_arg_t args[ROLES];
  int count = 0;
  dnnl_status_t status = dnnl_success;
  for (int role = 0; !status && role < ROLES; role++) {
    if (!op->has[role]) continue;
    args[count].arg = role == ADDEND ? DNNL_ARG_ATTR_MULTIPLE_POST_OP(0) | DNNL_ARG_SRC_1 : plain_args[role];
    status = dnnl_memory_create(&args[count].memory, role_desc(op, role), engine, data[role]);
    if (!status) count++;
  }
  dnnl_stream_t stream = this_stream();
  if (!status) status = dnnl_primitive_execute(op->primitive, stream, count, args);
  if (!status) status = dnnl_stream_wait(stream);
  while (count > 0) dnnl_memory_destroy(args[--count].memory);
  return status;
}
