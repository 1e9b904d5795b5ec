// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/alarms/alarms.h"

namespace pulmo::cli {

/// [{"kind", "severity", "label", "sentence", "position_mm": [x, y, z], "axes": "LPS", "voxel": [x, y, z], "slice",
///   "ml", "mm"}]. Voxels are the canonical grid's, from 0; slices are axial, from 1 at the feet, as panes and reports
/// count them. null = no size.
/// @param spacingKnown  of the scan; without it there is no position in mm
[[nodiscard]] nlohmann::json toJson(const std::vector<Alarm>& alarms, bool spacingKnown);

/// A line an alarm; empty if there are none.
[[nodiscard]] std::string toText(const std::vector<Alarm>& alarms, bool spacingKnown);

}  // namespace pulmo::cli
