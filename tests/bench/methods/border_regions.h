// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/core/volume.h"

namespace pulmo::bench {

/// Border consolidation outlined by hand, as a box on one slice.
struct BorderRegion {
  int z = 0, x0 = 0, x1 = 0, y0 = 0, y1 = 0;  ///< voxels, both ends within
  std::string what;
  /// The share of the box's voxels that a mask holds, 0 .. 1.
  [[nodiscard]] double kept(const LabelVolume& mask) const;
};

struct BorderScan {
  std::string folder;  ///< below the real scans
  std::vector<BorderRegion> regions;
};

/// Reads tests/learn/consolidation_boxes.json.
[[nodiscard]] std::vector<BorderScan> borderScans(const std::filesystem::path& file);

/// Slices on which disease touches or fills lung, listed by eye before any training.
/// @param name  of a file of finding-lungs
[[nodiscard]] bool isDiseasedSlice(const std::string& name);

}  // namespace pulmo::bench
