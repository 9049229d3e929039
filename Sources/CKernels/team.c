#define _GNU_SOURCE  // strcasestr
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#if defined(__linux__)
#include <sys/syscall.h>
#include <unistd.h>
#endif

#include "ckernels.h"

// libgomp's own entry points: Swift's clang has no OpenMP runtime, and a second team of threads
// beside oneDNN's would fight it for the cores.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int);

void ck_set_threads(int count) { omp_set_num_threads(count > 1 ? count : 1); }
int ck_threads(void) { return omp_get_max_threads(); }

#if defined(__x86_64__)
// How far ONEDNN_MAX_CPU_ISA lets us go, which oneDNN heeds as well: so that a processor can be taken for a lesser one.
// Kernels that exist in several versions for the compiler's sake alone do not heed it.
enum { UP_TO_AVX2, UP_TO_AVX512, UP_TO_BF16, UP_TO_ALL };
static int allowed(void) {
  static _Atomic int known;  // one more
  if (known == 0) {
    const char *most = getenv("ONEDNN_MAX_CPU_ISA");
    if (!most) most = getenv("DNNL_MAX_CPU_ISA");
    int level = UP_TO_ALL;
    if (most && !strcasestr(most, "AMX")) {
      if (strcasestr(most, "BF16") || strcasestr(most, "FP16")) level = UP_TO_BF16;
      else if (strcasestr(most, "AVX512")) level = UP_TO_AVX512;
      else if (strcasestr(most, "AVX2") || !strcasecmp(most, "AVX") || !strcasecmp(most, "SSE41")) level = UP_TO_AVX2;
    }
    known = level + 1;
  }
  return known - 1;
}
#endif

bool ck_has_bf16(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16") && allowed() >= UP_TO_BF16;
#else
  return false;
#endif
}

bool ck_has_avx512(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v4") && allowed() >= UP_TO_AVX512;
#else
  return false;
#endif
}

// The kernel lends AMX's registers to a process that asks for them (Documentation/arch/x86/xstate.rst).
bool ck_has_amx(void) {
#if defined(__x86_64__) && defined(__linux__)
  static _Atomic int known;  // 1 has, 2 has not
  if (known == 0) {
    enum { REQUEST_PERMISSION = 0x1023, TILE_DATA = 18 };
    bool has = ck_has_bf16() && allowed() == UP_TO_ALL && __builtin_cpu_supports("amx-bf16")
               && syscall(SYS_arch_prctl, REQUEST_PERMISSION, TILE_DATA) == 0;
    known = has ? 1 : 2;
  }
  return known == 1;
#else
  return false;
#endif
}

struct job {
  int64_t count;
  void (*task)(const void *, int64_t);
  const void *context;
  _Atomic int64_t next;
};

static void work(void *data) {
  struct job *job = data;
  int64_t i;
  while ((i = atomic_fetch_add_explicit(&job->next, 1, memory_order_relaxed)) < job->count) job->task(job->context, i);
}

void ck_parallel(int64_t count, void (*task)(const void *, int64_t), const void *context) {
  struct job job = {count, task, context, 0};
  if (count > 1 && ck_threads() > 1) GOMP_parallel(work, &job, 0, 0);
  else work(&job);
}
