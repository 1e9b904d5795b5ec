// SPDX-License-Identifier: Apache-2.0
#include "app/cli/desktop/alarm_lines.h"

#include "pipeline/core/label_set.h"
#include "pipeline/report/number_text.h"

namespace pulmo::cli {

namespace {

nlohmann::json orNull(const std::optional<double>& size) {
  return size ? nlohmann::json(*size) : nlohmann::json();
}

}  // namespace

nlohmann::json toJson(const std::vector<Alarm>& alarms, bool spacingKnown) {
  nlohmann::json list = nlohmann::json::array();
  for (const Alarm& alarm : alarms) {
    const bool both = alarm.label == kBackground || alarm.label == kLungUnsided;
    list.push_back({{"kind", keyOf(alarm.kind)},
                    {"severity", keyOf(alarm.severity)},
                    {"label", both ? "lungs" : labelInfo(alarm.label).key},
                    {"sentence", alarm.sentence},
                    {"position_mm", spacingKnown ? nlohmann::json(alarm.positionMm) : nlohmann::json()},
                    {"axes", "LPS"},
                    {"voxel", alarm.voxel},
                    {"slice", alarm.voxel[2] + 1},
                    {"ml", orNull(alarm.ml)},
                    {"mm", orNull(alarm.mm)}});
  }
  return list;
}

std::string toText(const std::vector<Alarm>& alarms, bool spacingKnown) {
  std::string text;
  for (const Alarm& alarm : alarms) {
    const auto& [x, y, z] = alarm.voxel;
    const auto& p = alarm.positionMm;
    text += std::string(nameOf(alarm.kind)) + " (" + keyOf(alarm.severity) + "): " + alarm.sentence;
    if (spacingKnown)
      text += " At (" + numberText(p[0], 1, "") + ", " + numberText(p[1], 1, "") + ", " + numberText(p[2], 1, "") +
              ") mm LPS, slice " + std::to_string(z + 1) + ".\n";
    else
      text += " In slice " + std::to_string(z + 1) + ", column " + std::to_string(x + 1) + ", row " +
              std::to_string(y + 1) + ".\n";
  }
  return text;
}

}  // namespace pulmo::cli
