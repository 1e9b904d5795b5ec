// SPDX-License-Identifier: Apache-2.0
// Seconds of the threshold method on the phantom at 512 x 512 x 300, against the limit of 15 s on two processors, and
// how long it takes to end after a stop request at any of 20 moments, against 0.3 s.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>

#include "pipeline/classical/threshold_segmenter.h"
#include "pipeline/core/parallel.h"
#include "pipeline/simulate/phantom.h"

namespace {

using Clock = std::chrono::steady_clock;

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

double peakGb() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  return static_cast<double>(usage.ru_maxrss) / 1048576.0;
}

/// Seconds from a stop request, made `after` seconds into the work, to the return; absent if it was done before.
std::optional<double> stopDelay(const pulmo::CtVolume& ct, double after) {
  std::stop_source source;
  std::mutex mutex;
  std::condition_variable ended;
  bool done = false;
  Clock::time_point asked;
  std::jthread timer([&] {
    std::unique_lock lock(mutex);
    if (ended.wait_for(lock, std::chrono::duration<double>(after), [&] { return done; })) return;
    asked = Clock::now();
    source.request_stop();
  });
  const auto result = pulmo::ThresholdSegmenter().segment(ct, source.get_token(), {});
  const auto returned = Clock::now();
  {
    const std::scoped_lock lock(mutex);
    done = true;
  }
  ended.notify_all();
  timer.join();
  if (result) return std::nullopt;
  return std::chrono::duration<double>(returned - asked).count();
}

}  // namespace

int main() {
  constexpr double kLimitSeconds = 15;
  constexpr double kLimitStop = 0.3;
  pulmo::PhantomSpec spec;
  spec.size = {512, 512, 300};
  spec.spacingMm = {0.7, 0.7, 1.0};
  const pulmo::CtVolume ct = std::move(pulmo::makePhantom(spec)->ct);
  const double before = peakGb();
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    const auto start = Clock::now();
    std::string step;
    auto since = start;
    const auto report = [&](double, const std::string& next) {
      if (!step.empty() && step != next && round == 0)
        std::printf("  %-24s %6.2f s\n", step.c_str(), secondsSince(since));
      step = next;
      since = Clock::now();
    };
    if (!pulmo::ThresholdSegmenter().segment(ct, {}, report)) return 1;
    best = std::min(best, secondsSince(start));
  }
  std::printf("threshold, 512 x 512 x 300, %d threads: %.2f s (limit %.0f s, ratio %.2f)\n", pulmo::availableThreads(),
              best, kLimitSeconds, best / kLimitSeconds);
  std::printf("peak memory %.2f GB, %.2f GB before (the scan alone: %.2f GB)\n", peakGb(), before,
              2.0 * 512 * 512 * 300 / 1073741824.0);
  double worst = 0;
  for (int i = 0; i < 20; ++i) worst = std::max(worst, stopDelay(ct, best * i / 20.0).value_or(0.0));
  std::printf("longest delay of a stop: %.2f s (limit %.1f s)\n", worst, kLimitStop);
  return best <= kLimitSeconds && worst <= kLimitStop ? 0 : 1;
}
