// SPDX-License-Identifier: Apache-2.0
// Slices a second of simulated disease on one core, with the lungs' shape known: circles at 512 x 512 against the limit
// of 1500, infiltrates at 256 x 256 against 3 ms a slice; and how long a patient's disease takes to draw, against 10
// ms.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <memory>

#include "pipeline/simulate/phantom.h"
#include "pipeline/simulate/simulator.h"

namespace {

/// Of this thread on its core: what others do on the machine does not count.
double seconds() {
  timespec time{};
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
  return static_cast<double>(time.tv_sec) + 1e-9 * static_cast<double>(time.tv_nsec);
}

pulmo::PhantomCase phantomOf(const pulmo::Index3& size) {
  pulmo::PhantomSpec spec;
  spec.size = size;
  for (std::size_t k = 0; k < 3; ++k) spec.spacingMm[k] = (k == 2 ? 300.0 : 358.0) / size[k];
  return std::move(*pulmo::makePhantom(spec));
}

struct Figures {
  double slices = 0, paintSeconds = 0, worstMs = 0, makeMs = 0, extent = 0;
};

Figures measure(const pulmo::PhantomCase& phantom, const pulmo::PathologySpec& spec, int patients) {
  const auto shape = std::make_shared<const pulmo::LungShape>(pulmo::makeLungShape(phantom.lungs));
  const auto plane = phantom.ct.voxels().size() / static_cast<std::size_t>(phantom.ct.grid().size[2]);
  std::vector<std::int16_t> slice(plane);
  std::vector<std::uint8_t> lesions(plane);
  Figures f;
  double drawn = 0, lung = 0;
  for (int seed = 0; seed < patients; ++seed) {
    double start = seconds();
    const pulmo::Disease disease(shape, spec, static_cast<std::uint64_t>(seed));
    f.makeMs += 1000 * (seconds() - start) / patients;
    for (int z = 0; z < phantom.ct.grid().size[2]; ++z) {
      const std::uint8_t* mask = phantom.lungs.slice(z);
      const auto voxels = std::count_if(mask, mask + plane, [](std::uint8_t v) { return v != 0; });
      if (voxels == 0) continue;
      std::copy_n(phantom.ct.slice(z), plane, slice.data());
      start = seconds();
      drawn += static_cast<double>(disease.paint(z, slice.data(), mask, lesions.data()));
      const double took = seconds() - start;
      lung += static_cast<double>(voxels);
      f.paintSeconds += took;
      f.worstMs = std::max(f.worstMs, 1000 * took);
      ++f.slices;
    }
  }
  f.extent = 100 * drawn / lung;
  return f;
}

}  // namespace

int main() {
  constexpr double kCircleLimit = 1500, kPaintLimitMs = 3, kMakeLimitMs = 10;
  const pulmo::PhantomCase fine = phantomOf({512, 512, 100});
  const auto begin = std::chrono::steady_clock::now();
  (void)pulmo::makeLungShape(fine.lungs);
  std::printf("lung shape, 512 x 512 x 100: %.3f s\n",
              std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count());
  pulmo::PathologySpec circles;
  circles.mode = pulmo::PathologyMode::Circles;
  const Figures c = measure(fine, circles, 5);
  const double perSecond = c.slices / c.paintSeconds;
  std::printf("circles, 512 x 512, one core: %.0f slices/s (limit %.0f, ratio %.1f), extent %.0f %%\n", perSecond,
              kCircleLimit, perSecond / kCircleLimit, c.extent);
  const pulmo::PhantomCase coarse = phantomOf({256, 256, 100});
  const Figures i = measure(coarse, {}, 20);
  const double ms = 1000 * i.paintSeconds / i.slices;
  std::printf(
      "infiltrates, 256 x 256, one core: %.0f slices/s, %.2f ms a slice (limit %.0f ms, ratio %.2f), worst %.1f ms, "
      "extent %.0f %%\n",
      1000 / ms, ms, kPaintLimitMs, ms / kPaintLimitMs, i.worstMs, i.extent);
  std::printf("infiltrates, a patient's lesions: %.1f ms (limit %.0f ms, ratio %.2f)\n", i.makeMs, kMakeLimitMs,
              i.makeMs / kMakeLimitMs);
  const Figures large = measure(fine, {}, 3);
  std::printf("infiltrates, 512 x 512, one core: %.2f ms a slice, worst %.1f ms\n",
              1000 * large.paintSeconds / large.slices, large.worstMs);
  return perSecond >= kCircleLimit && ms <= kPaintLimitMs && i.makeMs <= kMakeLimitMs ? 0 : 1;
}
