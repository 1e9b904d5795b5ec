// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// HU gathered into levels of equal width; what lies beyond the ends counts as the first or the last level.
struct GreyLevels {
  int lowHu = -1000, binHu = 25, count = 48;  ///< -1000 .. 200 HU
  static constexpr int kMost = 63;            ///< levels
};

/// How the HU of a region are distributed, and how they lie beside each other.
///
/// First order, of the HU as they are: population moments (divided by n), percentiles interpolated between order
/// statistics. Of the grey levels, with p(i) the share of level i: entropy -sum p log2 p and energy sum p^2.
///
/// Second order, of the matrix of co-occurrence: p(i, j) is the share of the pairs of neighbouring voxels, both in the
/// region, with levels i and j. Neighbours are one voxel apart in any of the 13 directions of a 3 x 3 x 3 block; each
/// pair counts both ways, so p is symmetric; all directions are pooled before the figures are made. Voxels are not
/// resampled: figures of scans with other voxel sizes or kernels do not compare.
///   contrast      sum p (i - j)^2, in squared levels
///   homogeneity   sum p / (1 + (i - j)^2)
///   correlation   sum p (i - m) (j - m) / v, with mean m and variance v of the levels in pairs
///   energy        sum p^2 (angular second moment)
///   entropy       -sum p log2 p
///
/// @source Haralick et al. 1973, doi:10.1109/TSMC.1973.4309314, features 1, 2, 3, 5 and 9 (the entropy with log2)
struct Texture {
  static constexpr std::array<int, 5> kPercent{10, 25, 50, 75, 90};

  std::uint64_t voxels = 0;
  std::optional<double> ml;     ///< absent without a spacing
  double meanHu = 0, sdHu = 0;  ///<
  double skewness = 0;          ///< 0 where all voxels are alike
  double kurtosis = 0;          ///< fourth standardised moment - 3
  std::array<double, 5> percentileHu{};
  double levelEntropyBits = 0, levelEnergy = 0;

  std::uint64_t pairs = 0;  ///< each once; without any, what follows is absent
  std::optional<double> contrast, homogeneity, energy, entropyBits;
  std::optional<double> correlation;  ///< also absent where all levels are alike
};

struct Sphere {
  Point3 centreMm{0, 0, 0};  ///< LPS
  double radiusMm = 0;

  friend bool operator==(const Sphere&, const Sphere&) = default;
};

enum class TexturePart : std::uint8_t { Right, Left, Both, Sphere };
struct MeasuredTexture {
  TexturePart part = TexturePart::Both;
  Texture texture;
  Sphere sphere = {};  ///< of TexturePart::Sphere alone
};

/// Right, left and both lungs; of a mask that does not tell sides both alone. A part without a voxel is left out. A
/// pair with a voxel in each lung counts in both lungs alone.
///
/// @param mask  on the scan's grid
/// @throws Error{InvalidInput} if the grids differ, or for levels that are not 2 .. kMost of 1 HU and more
/// @return nullopt if stopped
/// @thread any; uses `threads` threads (0 = all), the figures do not depend on how many
/// @cost 13 looks a voxel of the lungs, 1 byte a voxel of their box
[[nodiscard]] std::optional<std::vector<MeasuredTexture>> measureTexture(const CtVolume& ct, const LabelVolume& mask,
                                                                         const GreyLevels& levels = {}, int threads = 0,
                                                                         const StopToken& stop = {},
                                                                         const ProgressSink& progress = {});

/// Of the voxels of any lung whose centres lie within a sphere.
/// @return a texture without voxels if there are none, and where the spacing is not known; nullopt if stopped
/// @throws as measureTexture
[[nodiscard]] std::optional<Texture> measureTexture(const CtVolume& ct, const LabelVolume& mask, const Sphere& sphere,
                                                    const GreyLevels& levels = {}, int threads = 0,
                                                    const StopToken& stop = {});

}  // namespace pulmo
