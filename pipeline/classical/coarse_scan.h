// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Pixel size taken where a picture has none: that of a 360 mm field of view in 512 columns.
inline constexpr double kAssumedPixelMm = 0.7;

/// The scan averaged over blocks of about 2 mm, where what belongs together is decided; the border itself is then
/// drawn on the scan's own voxels.
struct CoarseScan {
  Index3 fineSize{0, 0, 0};
  Index3 factor{1, 1, 1};         ///< scan voxels a block, along x, y, z
  Index3 size{0, 0, 0};           ///< blocks; the last of a line may be cut
  Point3 fineSpacingMm{1, 1, 1};  ///< with the assumed pixel where the scan gives none
  Point3 spacingMm{1, 1, 1};
  std::vector<std::int16_t> hu;       ///< mean of a block; padding counts as -1000
  std::vector<std::uint8_t> padding;  ///< 1 = at least half of the block is outside the field of view

  [[nodiscard]] std::size_t count() const { return hu.size(); }
  [[nodiscard]] std::size_t offset(int x, int y, int z) const {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(size[0]) *
               (static_cast<std::size_t>(y) + static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z));
  }
  [[nodiscard]] double voxelMl() const { return spacingMm[0] * spacingMm[1] * spacingMm[2] / 1000.0; }
  [[nodiscard]] bool flat() const { return fineSize[2] == 1; }  ///< one single slice
};

/// Marks what is not picture: the constant frame a slice was pasted into, and what lies outside the scanner's circle.
///
/// From the border of each slice inwards, through voxels below -1200 HU (no tissue and no air) or equal to the slice's
/// four corners where these agree (a frame; constant air is caught too, which does no harm).
/// @param mark  set to `value` there, size voxels, left alone elsewhere
/// @thread any; uses all processors
void markPadding(const CtVolume& ct, std::uint8_t value, std::vector<std::uint8_t>& mark, const StopToken& stop);

/// @param mark, paddingValue  as from markPadding
[[nodiscard]] CoarseScan makeCoarseScan(const CtVolume& ct, const std::vector<std::uint8_t>& mark,
                                        std::uint8_t paddingValue, const StopToken& stop);

}  // namespace pulmo
