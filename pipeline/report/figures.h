// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "pipeline/metrics/metrics.h"
#include "pipeline/metrics/volumetry.h"
#include "pipeline/metrics/worst_places.h"

namespace pulmo {

/// Figures for other programs and for people. What is absent is null (JSON), an empty cell (CSV) or a dash (text),
/// never a number that was not measured. Names carry their units: "hd95_mm".

/// {"right_lung": {...}, "left_lung": {...}, "lungs": {...}}; a side that the masks do not tell is null.
[[nodiscard]] std::string toJson(const Metrics& metrics);
/// One row a label, a header row first; decimal points whatever the language of the system.
[[nodiscard]] std::string toCsv(const Metrics& metrics);
/// Aligned columns for a terminal.
[[nodiscard]] std::string toText(const Metrics& metrics);

/// {"right_lung": {"voxels", "ml"}, "left_lung": ..., "lungs": ...}; a side that the mask does not tell is null.
[[nodiscard]] std::string toJson(const LungVolumes& volumes);
[[nodiscard]] std::string toCsv(const LungVolumes& volumes);
[[nodiscard]] std::string toText(const LungVolumes& volumes);

/// [{"label", "kind": "missed" | "added", "signed_mm", "position_mm": [x, y, z], "axes": "LPS", "voxel": [x, y, z],
///   "slice"}], worst first. Voxels are the canonical grid's, from 0; slices are axial, from 1 at the feet, as panes
///   and
/// reports count them. A lung that the other mask does not have at all has no "signed_mm": null.
[[nodiscard]] std::string toJson(const std::vector<WorstPlace>& places);
/// A line a place, `most` lines: "Worst: right lung, 12.3 mm missed at (-62.0, 14.5, -210.0) mm".
[[nodiscard]] std::string toText(const std::vector<WorstPlace>& places, std::size_t most);

}  // namespace pulmo
