// SPDX-License-Identifier: Apache-2.0
#include "pipeline/core/label_set.h"

#include <algorithm>
#include <string>

namespace pulmo {

namespace {

// Blue and orange stay apart for every common kind of colour blindness (Okabe & Ito palette,
// lightened for a dark window).
constexpr std::array<LabelInfo, 3> kLabels{{
    {kRightLung, "right_lung", "Right lung", {86, 180, 233}, "3341006", "Right lung"},
    {kLeftLung, "left_lung", "Left lung", {240, 170, 60}, "44029006", "Left lung"},
    {kLungUnsided, "lungs", "Lungs (side not given)", {80, 200, 160}, "39607008", "Lung"},
}};

}  // namespace

std::span<const LabelInfo> lungLabels() {
  return kLabels;
}

const LabelInfo& labelInfo(std::uint8_t id) {
  const auto found = std::find_if(kLabels.begin(), kLabels.end(), [id](const LabelInfo& l) { return l.id == id; });
  if (found == kLabels.end())
    throw Error(ErrorKind::InvalidInput, "There is no label " + std::to_string(id) + " in a lung mask.");
  return *found;
}

bool isUnsided(const LabelVolume& mask) {
  return std::find(mask.voxels().begin(), mask.voxels().end(), kLungUnsided) != mask.voxels().end();
}

}  // namespace pulmo
