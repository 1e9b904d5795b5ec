// SPDX-License-Identifier: Apache-2.0
// Seconds of the network on the phantom at 512 x 512 x 300 (matrix 256), against the limit of 12 s on two processors,
// its memory beyond the scan against 1.5 GB, and how long it takes to end after a stop request against 1 s.
//
// bench_prediction [WEIGHTS.pth]: without a file the shipped weights, and without those a fresh network of 16 channels,
// whose labels are noise: then parts and holes take longer than on lungs, so they are timed apart.
#include <sys/resource.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <stop_token>

#include "pipeline/core/parallel.h"
#include "pipeline/learn/mask_cleanup.h"
#include "pipeline/learn/network_torch.h"
#include "pipeline/learn/shipped_weights.h"
#include "pipeline/learn/unet_segmenter.h"
#include "pipeline/learn/weights_file.h"
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

}  // namespace

int main(int argc, char** argv) {
  constexpr double kLimitSeconds = 12, kLimitGb = 1.5, kLimitStop = 1;
  pulmo::PhantomSpec spec;
  spec.size = {512, 512, 300};
  spec.spacingMm = {0.7, 0.7, 1.0};
  auto phantom = pulmo::makePhantom(spec);
  const pulmo::CtVolume ct = std::move(phantom->ct);
  pulmo::LabelVolume lungs = std::move(phantom->lungs);
  phantom.reset();
  auto start = Clock::now();
  if (!pulmo::cleanMask(lungs, 256.0, {})) return 1;
  const double cleaning = secondsSince(start);

  const auto shipped = argc > 1 ? std::optional<std::filesystem::path>(argv[1]) : pulmo::findShippedWeights();
  pulmo::NetworkWeights weights;
  if (shipped) {
    weights = pulmo::loadWeights(*shipped);
  } else {
    pulmo::NetworkDescription description;
    weights = pulmo::tensorsOf(*pulmo::makeNetwork(description), description, "");
  }
  std::printf("%s, %d channels, %d levels, matrix %d\n", shipped ? shipped->filename().c_str() : "a fresh network",
              weights.description.baseChannels, weights.description.levels, weights.description.size);
  pulmo::UNetOptions options;
  options.cleanUp = shipped.has_value();
  const double before = peakGb();
  start = Clock::now();
  const pulmo::UNetSegmenter segmenter(weights, options);
  std::printf("  made ready in %.2f s\n", secondsSince(start));
  double best = 1e9;
  for (int round = 0; round < 3; ++round) {
    start = Clock::now();
    if (!segmenter.segment(ct, {}, {})) return 1;
    best = std::min(best, secondsSince(start));
  }
  const double beyond = peakGb() - before;
  if (!options.cleanUp) best += cleaning;
  std::printf("prediction, 512 x 512 x 300, %d threads: %.2f s, %.0f slices/s (limit %.0f s, ratio %.2f)\n",
              pulmo::availableThreads(), best, 300 / best, kLimitSeconds, best / kLimitSeconds);
  std::printf("  of it parts, holes and sides: %.2f s\n", cleaning);
  std::printf("memory beyond the scan: %.2f GB (limit %.1f GB, ratio %.2f)\n", beyond, kLimitGb, beyond / kLimitGb);
  double worst = 0;
  for (int i = 0; i < 8; ++i) {
    std::stop_source source;
    Clock::time_point asked;
    const auto result = segmenter.segment(ct, source.get_token(), [&](double fraction, const std::string&) {
      if (fraction < i * 0.02 || source.stop_requested()) return;
      asked = Clock::now();
      source.request_stop();
    });
    if (!result) worst = std::max(worst, secondsSince(asked));
  }
  std::printf("longest delay of a stop: %.2f s (limit %.0f s)\n", worst, kLimitStop);
  return best <= kLimitSeconds && beyond <= kLimitGb && worst <= kLimitStop ? 0 : 1;
}
