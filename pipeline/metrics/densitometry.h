// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"
#include "pipeline/metrics/aeration_limits.h"
#include "pipeline/metrics/hu_histogram.h"

namespace pulmo {

/// The HU of one region's voxels. Comparisons are strict, as the Chest Imaging Platform makes them.
struct Densitometry {
  std::uint64_t voxels = 0;
  std::optional<double> ml;     ///< absent without a spacing
  std::optional<double> massG;  ///< of tissue: (HU + 1000) / 1000 g a ml, air counts nothing; absent without a spacing
  double meanHu = 0, sdHu = 0;  ///< of the population (divided by n)
  double skewness = 0;          ///< third standardised moment; 0 where all voxels are alike
  double kurtosis = 0;          ///< fourth standardised moment - 3: a normal distribution has 0
  double percentile10Hu = 0, percentile15Hu = 0;  ///< interpolated between order statistics

  // Shares of the region, 0 .. 100.
  static constexpr std::array<int, 4> kLowHu{-950, -925, -910, -856}, kHighHu{-700, -600, -500, -250};
  std::array<double, 4> lowPercent{};   ///< %LAA: HU < kLowHu[i]
  std::array<double, 4> highPercent{};  ///< %HAA: HU > kHighHu[i]
  double highBandPercent = 0;           ///< -600 < HU < -250
  // By aeration, each class with its lower limit: together they are all. With the published limits:
  AerationLimits aerationLimits;
  double hyperinflatedPercent = 0;  ///< HU < -950
  double inflatedPercent = 0;       ///< -950 <= HU < -750
  double infiltratedPercent = 0;    ///< -750 <= HU < -400
  double collapsedPercent = 0;      ///< -400 <= HU < 0
  double densePercent = 0;          ///< 0 <= HU
  [[nodiscard]] std::array<double, kAerationClasses> aerationPercent() const {
    return {hyperinflatedPercent, inflatedPercent, infiltratedPercent, collapsedPercent, densePercent};
  }
};

enum class LungPart : std::uint8_t { Right, Left, Both };
enum class LungZone : std::uint8_t {
  Whole,
  Upper,    ///< thirds of each lung's own height
  Middle,   ///<
  Lower,    ///<
  Ventral,  ///< halves of each lung's own ventrodorsal extent
  Dorsal
};

struct MeasuredRegion {
  LungPart part = LungPart::Both;
  LungZone zone = LungZone::Whole;
  Densitometry density;
  HuHistogram histogram = {};  ///< that all of it follows from
};

/// Right, left, both, each whole and by zone. A mask that does not tell sides gives both alone, its zones those of the
/// two lungs together. A region without a voxel is left out.
///
/// @param mask  on the scan's grid, canonical orientation (x to the left, y to the back, z to the head)
/// @throws Error{InvalidInput} if the grids differ or the limits do not rise
/// @return nullopt if stopped
/// @cost two walks over the mask, 10 MB of histograms
/// @source limits of %LAA, %HAA: Chest Imaging Platform, parenchyma analysis; of aeration: see AerationLimits
[[nodiscard]] std::optional<std::vector<MeasuredRegion>> measureDensity(const CtVolume& ct, const LabelVolume& mask,
                                                                        const AerationLimits& limits,
                                                                        const StopToken& stop);
/// With the published limits, to its end.
[[nodiscard]] std::vector<MeasuredRegion> measureDensity(const CtVolume& ct, const LabelVolume& mask);

/// The shares by aeration anew, with other limits. O(range of HU), no voxel is looked at.
void setAerationLimits(MeasuredRegion& region, const AerationLimits& limits);

}  // namespace pulmo
