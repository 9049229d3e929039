// FFmpeg's headers, and what Swift cannot see of them: macros that are more than a
// literal, and types that differ between FFmpeg's versions.
#pragma once
#include <dirent.h>
#include <errno.h>
#include <libavcodec/avcodec.h>
#include <libavformat/avformat.h>
#include <libavutil/audio_fifo.h>
#include <libavutil/cpu.h>
#include <libavutil/opt.h>
#include <libavutil/pixdesc.h>
#include <libavutil/sha.h>
#include <libswresample/swresample.h>
#include <libswscale/swscale.h>
#include <sched.h>
#include <stdbool.h>
#include <stdlib.h>

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
static inline int cffmpeg_invalid_data(void) { return AVERROR_INVALIDDATA; }
static inline int cffmpeg_option_not_found(void) { return AVERROR_OPTION_NOT_FOUND; }
static inline int cffmpeg_system_error(int code) { return AVUNERROR(code); }
static inline int64_t cffmpeg_no_timestamp(void) { return AV_NOPTS_VALUE; }

// SVT-AV1, opened by root, puts the thread that opens it under real-time scheduling for good, and with it all threads
// and processes that it starts. Two such threads that wait for a third in the kernel hold both cores forever.
static inline bool cffmpeg_is_real_time(void) { return sched_getscheduler(0) == SCHED_FIFO; }
// Puts the process's real-time threads back under the usual scheduling.
static inline void cffmpeg_leave_real_time(void) {
  const struct sched_param usual = {0};
  DIR *threads = opendir("/proc/self/task");
  if (!threads) {
    sched_setscheduler(0, SCHED_OTHER, &usual);
    return;
  }
  for (struct dirent *thread; (thread = readdir(threads));) {
    pid_t id = atoi(thread->d_name);
    if (id > 0 && sched_getscheduler(id) == SCHED_FIFO) sched_setscheduler(id, SCHED_OTHER, &usual);
  }
  closedir(threads);
}
