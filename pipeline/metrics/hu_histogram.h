// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <limits>
#include <vector>

#include "pipeline/metrics/aeration_limits.h"

namespace pulmo {

/// How many voxels of a region have each HU: all figures about their density follow from it without rounding.
class HuHistogram {
 public:
  static constexpr int kLeastHu = std::numeric_limits<std::int16_t>::min();
  static constexpr int kEndHu = std::numeric_limits<std::int16_t>::max() + 1;

  HuHistogram() = default;
  /// @param counts  of firstHu, firstHu + 1, ...
  HuHistogram(int firstHu, std::vector<std::uint64_t> counts);

  [[nodiscard]] std::uint64_t voxels() const { return voxels_; }
  /// The range outside which there is no voxel.
  [[nodiscard]] int firstHu() const { return firstHu_; }
  [[nodiscard]] int endHu() const { return firstHu_ + static_cast<int>(counts_.size()); }
  [[nodiscard]] std::uint64_t at(int hu) const {
    return hu < firstHu_ || hu >= endHu() ? 0 : counts_[static_cast<std::size_t>(hu - firstHu_)];
  }
  /// lowHu <= HU < highHu. O(range)
  [[nodiscard]] std::uint64_t between(int lowHu, int highHu) const;
  /// The k-th smallest HU, from 0. @pre k < voxels()
  [[nodiscard]] int ordered(std::uint64_t k) const;
  /// Interpolated between order statistics, as NumPy's default. @pre not empty
  [[nodiscard]] double percentile(double percent) const;
  /// Mean of (HU - centre)^power. @pre not empty
  [[nodiscard]] double moment(double centre, int power) const;

 private:
  int firstHu_ = 0;
  std::vector<std::uint64_t> counts_;  ///< without empty ones at the ends
  std::uint64_t voxels_ = 0;
};

/// Of a region's voxels, 0 .. 100: hyperinflated, inflated, infiltrated, collapsed, dense. All 0 of an empty one.
[[nodiscard]] std::array<double, kAerationClasses> aerationPercent(const HuHistogram& histogram,
                                                                   const AerationLimits& limits);

}  // namespace pulmo
