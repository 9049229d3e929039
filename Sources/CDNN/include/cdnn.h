#pragma once
#include <stddef.h>
#include <stdint.h>
const char *cdnn_version(void);
