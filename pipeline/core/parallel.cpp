// SPDX-License-Identifier: Apache-2.0
#include "pipeline/core/parallel.h"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <exception>
#include <mutex>
#include <thread>
#include <vector>

namespace pulmo {

int availableThreads() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0)
    return static_cast<int>(std::max(1U, std::thread::hardware_concurrency()));
  return std::max(1, CPU_COUNT(&set));
}

Outcome parallelFor(std::size_t count, int threads, const StopToken& stop,
                    const std::function<void(std::size_t)>& body) {
  std::atomic<std::size_t> next{0};
  std::atomic<std::size_t> done{0};
  std::atomic<bool> failed{false};
  std::exception_ptr failure;
  std::mutex failureMutex;
  const auto work = [&] {
    while (!stop.stop_requested() && !failed) {
      const std::size_t i = next++;
      if (i >= count) return;
      try {
        body(i);
        ++done;
      } catch (...) {
        const std::scoped_lock lock(failureMutex);
        if (!failure) failure = std::current_exception();
        failed = true;
      }
    }
  };
  const auto wanted = static_cast<std::size_t>(threads > 0 ? threads : availableThreads());
  const std::size_t helpers = std::min(count, wanted) - (count > 0 ? 1 : 0);
  {
    std::vector<std::jthread> pool;
    pool.reserve(helpers);
    for (std::size_t t = 0; t < helpers; ++t) pool.emplace_back(work);
    work();
  }
  if (failure) std::rethrow_exception(failure);
  return done == count ? Outcome::Completed : Outcome::Stopped;
}

}  // namespace pulmo
