#include "ckernels.h"
extern int omp_get_max_threads(void);
int ck_threads(void) { return omp_get_max_threads(); }
