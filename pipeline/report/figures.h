// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "pipeline/metrics/metrics.h"
#include "pipeline/metrics/volumetry.h"

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

}  // namespace pulmo
