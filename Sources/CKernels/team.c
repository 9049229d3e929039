#include <stdatomic.h>

#include "ckernels.h"

// libgomp's own entry points: Swift's clang has no OpenMP runtime, and a second team of threads
// beside oneDNN's would fight it for the cores.
extern void GOMP_parallel(void (*body)(void *), void *data, unsigned threads, unsigned flags);
extern int omp_get_max_threads(void);
extern void omp_set_num_threads(int);

void ck_set_threads(int count) { omp_set_num_threads(count > 1 ? count : 1); }
int ck_threads(void) { return omp_get_max_threads(); }

bool ck_has_bf16(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("avx512bf16");
#else
  return false;
#endif
}

bool ck_has_avx512(void) {
#if defined(__x86_64__)
  return __builtin_cpu_supports("x86-64-v4");
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
