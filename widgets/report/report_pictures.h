// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <vector>

#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/voxel_box.h"
#include "pipeline/report/report_content.h"
#include "widgets/scene/colour_map.h"

namespace pulmo {

/// The slices of a report.
struct SliceStills {
  CtPtr ct;
  LabelPtr labels;                  ///< drawn as outlines
  LabelPtr agreement;               ///< of Agreement, drawn as areas instead; null = none
  VoxelBox lungs;                   ///< what the pictures shall show
  std::array<Index3, 3> cursors{};  ///< where each is cut: axial, coronal, sagittal
  bool marked = false;              ///< whether a cross shows the cursor
};

/// The colours of Agreement: what is missed, what is added.
[[nodiscard]] LabelPalette agreementPalette();

/// Axial, coronal and sagittal, all of one scale; a stack too thin for them has no coronal and no sagittal one.
[[nodiscard]] std::vector<ReportPicture> drawSlices(const SliceStills& stills);

/// From the front, from the patient's right and left.
/// @param errors  a value a point of each lung, in mm; empty = coloured by side
[[nodiscard]] std::vector<ReportPicture> drawLungs(const std::vector<TriangleMesh>& lungs,
                                                   const std::vector<std::vector<float>>& errors, double limitMm);

}  // namespace pulmo
