// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdlib>

#include "pipeline/simulate/lesion_painter.h"

namespace pulmo {

namespace {

constexpr int kMost = 200;                   // HU
constexpr double kQuarterToSd = 1 / 0.3186;  // from the first quartile of |x| of a normal distribution

/// Second differences a - 2b + c of voxels `step` apart along rows, b being soft tissue and a and c within `most` HU of
/// it: what is left of a slope is noise alone.
class Differences {
 public:
  Differences(const std::int16_t* ct, const std::uint8_t* lungs, int nx, int ny, int step, int most) {
    for (int y = 0; y < ny; y += std::max(1, ny / 170)) {
      const std::size_t row = static_cast<std::size_t>(y) * static_cast<std::size_t>(nx);
      for (int x = step; x + step < nx; ++x) {
        const std::size_t i = row + static_cast<std::size_t>(x), before = i - static_cast<std::size_t>(step),
                          after = i + static_cast<std::size_t>(step);
        const int b = ct[i];
        if (b <= -20 || b >= 110 || std::abs(ct[before] - b) > most || std::abs(ct[after] - b) > most) continue;
        if ((lungs[i] | lungs[before] | lungs[after]) != 0) continue;
        ++bins_[static_cast<std::size_t>(std::min(kMost - 1, std::abs(ct[before] - 2 * b + ct[after])))];
        ++count_;
      }
    }
  }
  [[nodiscard]] bool enough() const { return count_ >= 60; }
  /// From the quarter that lies lowest: edges lie above it.
  [[nodiscard]] double sd() const {
    double left = count_ / 4.0;
    for (int i = 0; i < kMost; ++i) {
      const int n = bins_[static_cast<std::size_t>(i)];
      if (left <= n) return kQuarterToSd * (n == 0 ? i : i - 0.5 + left / n);
      left -= n;
    }
    return kQuarterToSd * kMost;
  }

 private:
  std::array<int, kMost> bins_{};
  int count_ = 0;
};

}  // namespace

SliceNoise measureNoise(const std::int16_t* ct, const std::uint8_t* lungs, int nx, int ny) {
  // Of voxels far apart the second difference has an SD of sqrt(6) SDs of the noise; of neighbours, which correlate by
  // r, sqrt(6 - 8 r + 2 r^2), where those two apart are taken to correlate by r^2.
  const Differences near(ct, lungs, nx, ny, 1, 120);
  if (!near.enough()) return {};
  const double a = near.sd();
  const Differences far(ct, lungs, nx, ny, 3, static_cast<int>(std::clamp(3.2 * a, 15.0, 150.0)));
  if (!far.enough()) return {};
  const double b = far.sd() / std::sqrt(6.0);
  SliceNoise noise;
  noise.sdHu = std::clamp(b, 2.0, 70.0);
  if (b > 0) noise.correlation = std::clamp(2 - std::sqrt(std::max(0.0, 1 + a * a / (2 * b * b))), 0.0, 0.8);
  return noise;
}

}  // namespace pulmo
