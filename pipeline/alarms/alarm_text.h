// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "pipeline/alarms/alarms.h"
#include "pipeline/alarms/mask_parts.h"

namespace pulmo {

/// std::to_chars, so that no locale writes a comma.
[[nodiscard]] std::string number(double value, int decimals);

/// "12.3 ml", or "4567 voxels" without a spacing.
[[nodiscard]] std::string volumeText(const MaskSurvey& survey, std::uint64_t voxels);

/// "right lung", "left lung", "lungs".
[[nodiscard]] std::string lungText(std::uint8_t label);

/// An alarm at a voxel; the sentence and sizes are the caller's.
[[nodiscard]] Alarm alarmAt(const MaskSurvey& survey, AlarmKind kind, Severity severity, std::uint8_t label,
                            const Index3& voxel);

/// Keeps the size where the grid has a spacing.
void setMl(const MaskSurvey& survey, Alarm& alarm, double ml);
void setMm(const MaskSurvey& survey, Alarm& alarm, double mm);

}  // namespace pulmo
