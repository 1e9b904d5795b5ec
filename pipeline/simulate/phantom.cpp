// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/phantom.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/random.h"
#include "pipeline/simulate/slice_painter.h"

namespace pulmo {

namespace {

/// Zero mean, unit SD for every voxel of a slice, a little smoothed as reconstruction smooths: neighbours correlate by
/// about 0.4. White noise is four bytes of one counter-based word each, summed.
std::vector<float> noiseOf(const Random& random, const Index3& size, int z) {
  // [k 1 k] along x and y over its norm.
  constexpr double kSide = 0.25, kNorm = 1 + 2 * kSide * kSide;
  constexpr double kMean = 2 * 255, kSd = 147.79828;  // sqrt(4 (256^2 - 1) / 12)
  const std::size_t nx = static_cast<std::size_t>(size[0]) + 2, ny = static_cast<std::size_t>(size[1]) + 2;
  const std::size_t blocks = (nx * ny + 3) / 4;
  std::vector<float> white(4 * blocks), rows(nx * ny), noise;
  for (std::size_t b = 0; b < blocks; ++b) {
    const auto words = random.words(static_cast<std::uint64_t>(z) * blocks + b);
    for (std::size_t k = 0; k < 4; ++k) {
      const std::uint32_t w = words[k];
      const std::uint32_t sum = (w & 255) + ((w >> 8) & 255) + ((w >> 16) & 255) + (w >> 24);
      white[4 * b + k] = static_cast<float>((sum - kMean) / (kSd * kNorm));
    }
  }
  constexpr auto kK = static_cast<float>(kSide);
  for (std::size_t y = 0; y < ny; ++y)
    for (std::size_t x = 1; x + 1 < nx; ++x) {
      const float* w = white.data() + y * nx + x;
      rows[y * nx + x] = w[0] + kK * (w[-1] + w[1]);
    }
  noise.reserve((nx - 2) * (ny - 2));
  for (std::size_t y = 1; y + 1 < ny; ++y)
    for (std::size_t x = 1; x + 1 < nx; ++x) {
      const std::size_t i = y * nx + x;
      noise.push_back(rows[i] + kK * (rows[i - nx] + rows[i + nx]));
    }
  return noise;
}

struct Plan {
  Chest chest;
  Texture texture;
  Placement at;
  Random noise;
  double noiseHu;
};

void drawSlice(const Plan& plan, int z, PhantomCase& result) {
  const PaintedSlice painted = paintSlice(plan.chest, plan.texture, plan.at, z);
  const std::vector<float> noise = noiseOf(plan.noise, plan.at.size, z);
  std::uint8_t* lungs = result.lungs.slice(z);
  std::uint8_t* airways = result.airways.slice(z);
  std::int16_t* to = result.ct.slice(z);
  for (std::size_t i = 0; i < painted.hu.size(); ++i) {
    if (painted.lung[i] < 0) lungs[i] = painted.middle[i] < 0 ? kRightLung : kLeftLung;
    if (painted.lumen[i] < 0) airways[i] = 1;
    const double value = painted.hu[i] + plan.noiseHu * noise[i];
    to[i] = static_cast<std::int16_t>(std::clamp(std::floor(value + 0.5), -1024.0, 3071.0));
  }
}

}  // namespace

std::optional<PhantomCase> makePhantom(const PhantomSpec& spec, const StopToken& stop, const ProgressSink& progress) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (spec.size[axis] < 1 || spec.size[axis] > 4096 || !(spec.spacingMm[axis] > 0))
      throw Error(ErrorKind::InvalidInput,
                  "A phantom wants 1 to 4096 voxels along each axis and a spacing above 0 mm.");
  Grid grid;
  grid.size = spec.size;
  grid.spacingMm = spec.spacingMm;
  // Not zero, and different along each axis: a reader that drops the origin is seen.
  for (std::size_t axis = 0; axis < 3; ++axis)
    grid.originMm[axis] = -spec.spacingMm[axis] * (spec.size[axis] - 1) / 2 + 7.0 * static_cast<double>(axis + 1);
  PhantomCase result{CtVolume(grid), LabelVolume(grid), LabelVolume(grid)};
  const Plan plan{Chest(spec.seed), Texture(spec.seed, 5), Placement(spec.size), Random(spec.seed, 4), spec.noiseHu};
  std::atomic<int> done{0};
  const Outcome outcome = parallelFor(static_cast<std::size_t>(spec.size[2]), 0, stop, [&](std::size_t z) {
    drawSlice(plan, static_cast<int>(z), result);
    const int n = ++done;
    if (progress) progress(static_cast<double>(n) / spec.size[2], "Drawing the phantom");
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  return result;
}

}  // namespace pulmo
