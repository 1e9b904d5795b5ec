// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>

#include "pipeline/simulate/lesion_painter.h"

namespace pulmo {

namespace {

constexpr int kMost = 200;  // HU

/// Median of a histogram, between its bins.
double medianOf(const std::array<int, kMost>& bins, int count) {
  double left = count / 2.0;
  for (int i = 0; i < kMost; ++i) {
    const int n = bins[static_cast<std::size_t>(i)];
    if (left <= n) return n == 0 ? i : i - 0.5 + left / n;
    left -= n;
  }
  return kMost;
}

}  // namespace

SliceNoise measureNoise(const std::int16_t* ct, const std::uint8_t* lungs, int nx, int ny) {
  // The second difference a - 2b + c of values with equal slope is noise alone; of voxels `step` apart it has an SD of
  // sqrt(6 - 8 r(step) + 2 r(2 step)) SDs, r being the correlation. Far apart r is small.
  constexpr double kToSd = 1 / 0.6745;  // from the median of |difference| of a normal distribution
  std::array<int, kMost> near{}, far{};
  int count = 0;
  const auto soft = [&](std::size_t i) { return ct[i] > -40 && ct[i] < 130 && lungs[i] == 0; };
  const auto bin = [](int difference) { return static_cast<std::size_t>(std::min(kMost - 1, std::abs(difference))); };
  for (int y = 2; y < ny; y += 3) {
    const std::size_t row = static_cast<std::size_t>(y) * static_cast<std::size_t>(nx);
    for (int x = 3; x + 3 < nx; x += 2) {
      const std::size_t i = row + static_cast<std::size_t>(x);
      if (!soft(i) || !soft(i - 3) || !soft(i + 3) || !soft(i - 1) || !soft(i + 1)) continue;
      ++near[bin(ct[i - 1] - 2 * ct[i] + ct[i + 1])];
      ++far[bin(ct[i - 3] - 2 * ct[i] + ct[i + 3])];
      ++count;
    }
  }
  if (count < 150) return {};
  const double a = medianOf(near, count) * kToSd, b = medianOf(far, count) * kToSd / std::sqrt(6.0);
  SliceNoise noise;
  noise.sdHu = std::clamp(b, 2.0, 70.0);
  // Neighbours two apart correlate by about the square of what neighbours do: 6 - 8 r + 2 r^2 = (a / b)^2.
  if (b > 0) noise.correlation = std::clamp(2 - std::sqrt(std::max(0.0, 1 + a * a / (2 * b * b))), 0.0, 0.8);
  return noise;
}

}  // namespace pulmo
