// SPDX-License-Identifier: Apache-2.0
#include "pipeline/simulate/phantom.h"

#include <algorithm>
#include <atomic>
#include <cmath>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/core/random.h"
#include "pipeline/simulate/chest.h"

namespace pulmo {

namespace {

constexpr double kVesselHu = 40;

/// Where the grid's voxels lie in the reference box.
struct Placement {
  Mm3 step;
  Mm3 first;
  double softness;  ///< half a voxel
  explicit Placement(const PhantomSpec& spec) {
    for (std::size_t axis = 0; axis < 3; ++axis) step[axis] = Chest::kBoxMm[axis] / spec.size[axis];
    first = {-Chest::kBoxMm[0] / 2 + step[0] / 2, -Chest::kBoxMm[1] / 2 + step[1] / 2, step[2] / 2};
    softness = (step[0] + step[1]) / 4;
  }
  [[nodiscard]] double x(int i) const { return first[0] + i * step[0]; }
  [[nodiscard]] double y(int i) const { return first[1] + i * step[1]; }
  [[nodiscard]] double z(int i) const { return first[2] + i * step[2]; }
};

/// The vessels that pass one slice, drawn into the lungs: blood over parenchyma by coverage.
void drawVessels(const Chest& chest, const Placement& at, int z, const std::uint8_t* lungs, const Index3& size, std::vector<double>& hu) {
  const double pz = at.z(z);
  for (const Tube& t : chest.vessels()) {
    const double reach = t.radius + 2 * at.softness;
    if (pz < std::min(t.from[2], t.to[2]) - reach || pz > std::max(t.from[2], t.to[2]) + reach) continue;
    const auto range = [&](std::size_t axis) {
      const double low = std::min(t.from[axis], t.to[axis]) - reach, high = std::max(t.from[axis], t.to[axis]) + reach;
      return std::pair(std::max(0, static_cast<int>(std::floor((low - at.first[axis]) / at.step[axis]))),
                       std::min(size[axis] - 1, static_cast<int>(std::ceil((high - at.first[axis]) / at.step[axis]))));
    };
    const auto [x0, x1] = range(0);
    const auto [y0, y1] = range(1);
    const Mm3 d{t.to[0] - t.from[0], t.to[1] - t.from[1], t.to[2] - t.from[2]};
    const double d2 = std::max(1e-9, d[0] * d[0] + d[1] * d[1] + d[2] * d[2]);
    for (int y = y0; y <= y1; ++y)
      for (int x = x0; x <= x1; ++x) {
        const std::size_t i = static_cast<std::size_t>(y) * static_cast<std::size_t>(size[0]) + static_cast<std::size_t>(x);
        if (lungs[i] == 0) continue;
        const Mm3 v{at.x(x) - t.from[0], at.y(y) - t.from[1], pz - t.from[2]};
        const double along = std::clamp((v[0] * d[0] + v[1] * d[1] + v[2] * d[2]) / d2, 0.0, 1.0);
        const Mm3 off{v[0] - along * d[0], v[1] - along * d[1], v[2] - along * d[2]};
        const double distance = std::sqrt(off[0] * off[0] + off[1] * off[1] + off[2] * off[2]) - t.radius;
        const double covered = std::clamp(0.5 - distance / (2 * at.softness), 0.0, 1.0);
        hu[i] = std::max(hu[i], hu[i] + covered * (kVesselHu - hu[i]));
      }
  }
}

/// Zero mean, unit SD, from one counter: the sum of the eight 16-bit halves of four words (a close normal, |x| <= 4.9).
double noiseAt(const Random& random, std::uint64_t counter) {
  const auto words = random.words(counter);
  std::uint32_t sum = 0;
  for (const std::uint32_t w : words) sum += (w & 0xFFFF) + (w >> 16);
  constexpr double kMean = 8 * 65535 / 2.0, kSd = 53510.27;  // sqrt(8 (65536^2 - 1) / 12)
  return (sum - kMean) / kSd;
}

void drawSlice(const Chest& chest, const Placement& at, const Random& noise, const PhantomSpec& spec, int z, PhantomCase& result) {
  const Index3 size = spec.size;
  const std::size_t plane = static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]);
  std::vector<double> hu(plane);
  std::uint8_t* lungs = result.lungs.slice(z);
  std::uint8_t* airways = result.airways.slice(z);
  for (int y = 0; y < size[1]; ++y)
    for (int x = 0; x < size[0]; ++x) {
      const std::size_t i = static_cast<std::size_t>(y) * static_cast<std::size_t>(size[0]) + static_cast<std::size_t>(x);
      const TissueAt t = chest.at({at.x(x), at.y(y), at.z(z)}, at.softness);
      hu[i] = t.hu;
      if (t.rightLung < 0) lungs[i] = kRightLung;
      else if (t.leftLung < 0) lungs[i] = kLeftLung;
      if (t.airwayLumen < 0) airways[i] = 1;
    }
  drawVessels(chest, at, z, lungs, size, hu);
  std::int16_t* to = result.ct.slice(z);
  for (std::size_t i = 0; i < plane; ++i) {
    const double value = hu[i] + spec.noiseHu * noiseAt(noise, static_cast<std::uint64_t>(z) * plane + i);
    to[i] = static_cast<std::int16_t>(std::clamp(std::floor(value + 0.5), -1024.0, 3071.0));
  }
}

}  // namespace

std::optional<PhantomCase> makePhantom(const PhantomSpec& spec, const StopToken& stop, const ProgressSink& progress) {
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (spec.size[axis] < 1 || spec.size[axis] > 4096 || !(spec.spacingMm[axis] > 0))
      throw Error(ErrorKind::InvalidInput, "A phantom wants 1 to 4096 voxels along each axis and a spacing above 0 mm.");
  Grid grid;
  grid.size = spec.size;
  grid.spacingMm = spec.spacingMm;
  // Not zero, and different along each axis: a reader that drops the origin is seen.
  for (std::size_t axis = 0; axis < 3; ++axis) grid.originMm[axis] = -spec.spacingMm[axis] * (spec.size[axis] - 1) / 2 + 7.0 * static_cast<double>(axis + 1);
  PhantomCase result{CtVolume(grid), LabelVolume(grid), LabelVolume(grid)};
  const Chest chest(spec.seed);
  const Placement at(spec);
  const Random noise(spec.seed, 4);
  std::atomic<int> done{0};
  const Outcome outcome = parallelFor(static_cast<std::size_t>(spec.size[2]), 0, stop, [&](std::size_t z) {
    drawSlice(chest, at, noise, spec, static_cast<int>(z), result);
    const int n = ++done;
    if (progress) progress(static_cast<double>(n) / spec.size[2], "Drawing the phantom");
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  return result;
}

}  // namespace pulmo
