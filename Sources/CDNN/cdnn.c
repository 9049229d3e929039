#include "cdnn.h"
#include <oneapi/dnnl/dnnl.h>
const char *cdnn_version(void) { return dnnl_version()->hash; }
