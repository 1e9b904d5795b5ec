// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <vector>

#include "pipeline/alarms/alarms.h"
#include "pipeline/alarms/mask_parts.h"

namespace pulmo {

/// Absent, too small, unbalanced, on the wrong side. Limits: alarms.h.
/// @param midlineX  of the body, in voxels; absent if not known
void addShapeAlarms(const MaskSurvey& survey, std::optional<double> midlineX, std::vector<Alarm>& alarms);

/// Holes and pieces apart.
void addPartAlarms(const LabelVolume& mask, const MaskSurvey& survey, std::vector<Alarm>& alarms);

/// Right and left along a common border.
void addTouchingAlarm(const MaskSurvey& survey, std::vector<Alarm>& alarms);

/// Cut at the first or last slice, and at the side of the picture.
/// @param noPicture  1 = outside of the scanner's circle, a value a voxel; empty if not known
void addEdgeAlarms(const MaskSurvey& survey, const std::vector<std::uint8_t>& noPicture, std::vector<Alarm>& alarms);

}  // namespace pulmo
