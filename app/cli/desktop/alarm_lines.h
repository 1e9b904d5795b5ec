// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "pipeline/alarms/alarms.h"

namespace pulmo::cli {

/// [{"kind", "severity", "label", "sentence", "position_mm": [x, y, z], "ml", "mm"}]; positions are LPS, null = no
/// size.
[[nodiscard]] nlohmann::json toJson(const std::vector<Alarm>& alarms);

/// A line an alarm; empty if there are none.
[[nodiscard]] std::string toText(const std::vector<Alarm>& alarms);

}  // namespace pulmo::cli
