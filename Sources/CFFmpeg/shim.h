// FFmpeg's headers, and what Swift cannot see of them: macros that are more than a
// literal, and types that differ between FFmpeg's versions.
#pragma once
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/cpu.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libswscale/swscale.h>

// Opaque in some versions, a plain struct in others: Swift follows this name to either.
typedef struct SwsContext *cffmpeg_scaler;

// Macros in some versions, an enumeration in others.
static const int32_t cffmpeg_scale_lanczos = SWS_LANCZOS;
static const int32_t cffmpeg_scale_bicubic = SWS_BICUBIC;
static const int32_t cffmpeg_scale_nearest = SWS_POINT;
static const int32_t cffmpeg_scale_exact =
    SWS_ACCURATE_RND | SWS_FULL_CHR_H_INP | SWS_FULL_CHR_H_INT | SWS_BITEXACT;

static inline int cffmpeg_again(void) { return AVERROR(EAGAIN); }
static inline int cffmpeg_end_of_file(void) { return AVERROR_EOF; }
static inline int cffmpeg_option_not_found(void) { return AVERROR_OPTION_NOT_FOUND; }
static inline int cffmpeg_system_error(int code) { return AVUNERROR(code); }
static inline int64_t cffmpeg_no_timestamp(void) { return AV_NOPTS_VALUE; }
