// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/metrics/metrics.h"
#include "pipeline/metrics/volumetry.h"

namespace pulmo {

/// What came of one method, for a table of several.
struct MethodFigures {
  std::string name;
  std::optional<double> seconds;
  std::string problem;  ///< why there is no mask; then nothing below is there
  std::optional<LungVolumes> volumes;
  std::optional<Metrics> metrics;
};

/// Methods on one scan, in the order in which they stand.
struct MethodTable {
  std::string against;  ///< what the metrics compare with: a file's name, or the method whose mask is shown
  std::vector<MethodFigures> methods;
};

/// {"against", "methods": [{"name", "seconds", "problem", "right_lung": {"ml", "dice", …, "over_percent",
/// "under_percent"}, "left_lung": …, "lungs": …}]}; what was not measured is null.
[[nodiscard]] std::string toJson(const MethodTable& table);
/// Three rows a method: right lung, left lung, lungs; a header row first; decimal points whatever the system's
/// language.
[[nodiscard]] std::string toCsv(const MethodTable& table);

}  // namespace pulmo
