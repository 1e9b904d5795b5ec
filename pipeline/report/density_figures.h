// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/metrics/densitometry.h"

namespace pulmo {

/// One figure of a region: its name in files, its name for people, how many decimals they want to see.
struct DensityFigure {
  const char* key;   ///< with its unit: "laa_950_percent"
  const char* name;  ///< "Below -950 HU, %"
  int decimals;
  std::optional<double> (*value)(const Densitometry&);
};
/// In the order in which they are shown.
[[nodiscard]] std::span<const DensityFigure> densityFigures();

[[nodiscard]] const char* keyOf(LungPart part);  ///< "right_lung", "left_lung", "lungs"
[[nodiscard]] const char* keyOf(LungZone zone);  ///< "whole", "upper", ...

/// [{"label", "zone", "voxels", "aeration_from_hu": [the least HU of inflated, infiltrated, collapsed, dense],
///   figure: number or null}]
[[nodiscard]] std::string toJson(const std::vector<MeasuredRegion>& regions);
/// One row a region, a header row first, the limits of aeration last, as -950/-750/-400/0; decimal points whatever the
/// language of the system.
[[nodiscard]] std::string toCsv(const std::vector<MeasuredRegion>& regions);
/// The whole lungs, a column each, for a terminal.
[[nodiscard]] std::string toText(const std::vector<MeasuredRegion>& regions);
/// Each lung's thirds, a column each, with the few figures that tell where disease is; "" where there are none.
[[nodiscard]] std::string thirdsText(const std::vector<MeasuredRegion>& regions);

}  // namespace pulmo
