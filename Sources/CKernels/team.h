#pragma once
#include <stdint.h>

// Runs task(context, i) for every i below count, on the team, in any order.
void ck_parallel(int64_t count, void (*task)(const void *context, int64_t i), const void *context);
