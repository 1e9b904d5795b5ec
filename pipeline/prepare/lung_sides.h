// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

struct SidedLungs {
  LabelVolume labels;  ///< 1, 2; all 3 where the sides could not be told
  bool known = true;
  std::vector<std::string> notes;
};

/// Tells right from left in a mask of both lungs.
///
/// Two large parts that lie beside each other are the lungs, the one at lower x (the patient's right) the right one.
/// Where they touch, or one is in pieces, the threshold method's lungs are the seeds and each voxel goes to the seed
/// that is nearest within the mask. Small parts go to the nearer lung.
///
/// @param ct, mask  on one canonical grid; any label of the mask is lung
/// @return nullopt if stopped
[[nodiscard]] std::optional<SidedLungs> tellSides(const CtVolume& ct, const LabelVolume& mask, const StopToken& stop);

/// Whether right lies where the patient's right is; true if one side is absent.
[[nodiscard]] bool sidesFitAnatomy(const LabelVolume& sided);

}  // namespace pulmo
