// SPDX-License-Identifier: Apache-2.0
#include "pipeline/alarms/alarm_text.h"

#include <array>
#include <charconv>

#include "pipeline/core/label_set.h"

namespace pulmo {

std::string number(double value, int decimals) {
  std::array<char, 400> text{};  // the largest double has 309 digits before the point
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value, std::chars_format::fixed, decimals).ptr;
  return {text.data(), end};
}

std::string volumeText(const MaskSurvey& survey, std::uint64_t voxels) {
  if (!survey.grid.spacingKnown) return std::to_string(voxels) + " voxels";
  const double ml = survey.mlOf(voxels);
  return number(ml, ml < 10 ? 1 : 0) + " ml";
}

std::string lungText(std::uint8_t label) {
  return label == kRightLung ? "right lung" : label == kLeftLung ? "left lung" : "lungs";
}

Alarm alarmAt(const MaskSurvey& survey, AlarmKind kind, Severity severity, std::uint8_t label, const Index3& voxel) {
  Alarm alarm;
  alarm.kind = kind;
  alarm.severity = severity;
  alarm.label = label;
  alarm.voxel = voxel;
  alarm.positionMm = toPatient(survey.grid, voxel);
  return alarm;
}

void setMl(const MaskSurvey& survey, Alarm& alarm, double ml) {
  if (survey.grid.spacingKnown) alarm.ml = ml;
}

void setMm(const MaskSurvey& survey, Alarm& alarm, double mm) {
  if (survey.grid.spacingKnown) alarm.mm = mm;
}

}  // namespace pulmo
