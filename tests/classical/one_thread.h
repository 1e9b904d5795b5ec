// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <sched.h>

namespace pulmo::test {

/// While it lives, this process may use one processor alone, so that parallelFor uses one thread.
class OneThread {
 public:
  OneThread() {
    sched_getaffinity(0, sizeof before_, &before_);
    cpu_set_t one;
    CPU_ZERO(&one);
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
      if (!CPU_ISSET(cpu, &before_)) continue;
      CPU_SET(cpu, &one);
      break;
    }
    sched_setaffinity(0, sizeof one, &one);
  }
  ~OneThread() { sched_setaffinity(0, sizeof before_, &before_); }
  OneThread(const OneThread&) = delete;
  OneThread& operator=(const OneThread&) = delete;

 private:
  cpu_set_t before_{};
};

}  // namespace pulmo::test
