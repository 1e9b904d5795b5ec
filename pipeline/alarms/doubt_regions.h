// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Where a network was unsure of the mask that it gave.
struct DoubtRegion {
  std::uint8_t label = 0;    ///< the lung beside it; kLungUnsided if the mask does not tell sides
  std::optional<double> ml;  ///< absent without a spacing
  std::uint64_t voxels = 0;
  double meanDoubt = 0;        ///< 0 sure .. 1 = all classes alike
  Index3 voxel{0, 0, 0};       ///< of the region, nearest to its middle
  Point3 positionMm{0, 0, 0};  ///< that voxel's centre, LPS
};

struct DoubtOptions {
  int least = 128;       ///< entropy from which a voxel is doubtful, of 255: two classes as likely as 3 to 1 and closer
  double nearMm = 10;    ///< to the mask's border; what is farther is another matter than where the lung ends
  double leastMl = 0.5;  ///< smaller regions are not told
  double coreMm = 2;     ///< a region is as thick as twice this somewhere: any border is a thin rim of doubt
  std::size_t most = 20;  ///< regions told
};

/// Doubtful voxels near the border of the mask, gathered where they are more than the thin rim that every border has:
/// connected by faces within 1.5 times the thickness of the thick places. Largest first.
///
/// @param uncertainty  of UNetSegmenter: 0 sure .. 255 = all classes alike
/// @param mask         the mask that it belongs to: 0, 1 right, 2 left, or 3
/// @throws Error{InvalidInput} if the grids differ
/// @return nullopt if stopped
/// @thread any; uses all processors
/// @cost O(voxels of the doubtful voxels' box), 20 bytes a voxel of it
[[nodiscard]] std::optional<std::vector<DoubtRegion>> findDoubtRegions(const LabelVolume& uncertainty,
                                                                       const LabelVolume& mask,
                                                                       const DoubtOptions& options = {},
                                                                       const StopToken& stop = {});

}  // namespace pulmo
