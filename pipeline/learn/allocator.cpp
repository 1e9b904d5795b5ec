// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/allocator.h"

#include <cstdlib>
#include <limits>
#include <mutex>
#if defined(__GLIBC__)
#include <malloc.h>
#endif

namespace pulmo {

void tuneAllocator() {
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  static std::once_flag once;
  std::call_once(once, [] {
    constexpr int kNever = std::numeric_limits<int>::max();
    mallopt(M_MMAP_THRESHOLD, 1 << 30);
    mallopt(M_TRIM_THRESHOLD, kNever);
    mallopt(M_TOP_PAD, 64 << 20);
    // Heaps of other threads hold 64 MB each and are unmapped when empty: all threads share the main one, whose lock
    // is taken a few thousand times a second by a network, not millions of times.
    mallopt(M_ARENA_MAX, 1);
  });
#endif
}

void trimAllocator() {
#if defined(__GLIBC__) && !defined(__SANITIZE_ADDRESS__) && !defined(__SANITIZE_THREAD__)
  malloc_trim(0);
#endif
}

}  // namespace pulmo
