// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <string_view>

#include "pipeline/core/volume.h"

namespace pulmo {

inline constexpr std::uint8_t kBackground = 0;
inline constexpr std::uint8_t kRightLung = 1;
inline constexpr std::uint8_t kLeftLung = 2;
/// Lung whose side the source did not tell: what a mask with one value becomes. A volume holds
/// either sides (1, 2) or this, never both.
inline constexpr std::uint8_t kLungUnsided = 3;

struct LabelInfo {
  std::uint8_t id;
  std::string_view key;             ///< for files and --json: "right_lung"
  std::string_view name;            ///< for people: "Right lung"
  std::array<std::uint8_t, 3> rgb;  ///< sRGB
  std::string_view snomedCode;      ///< SNOMED CT, as DICOM's CID 7166 / RadLex users expect in a SEG
  std::string_view snomedMeaning;
};

/// The one list that legend, metrics, report and export read.
/// @source SNOMED CT 3341006 Right lung, 44029006 Left lung, 39607008 Lung
[[nodiscard]] std::span<const LabelInfo> lungLabels();

/// @throws Error{InvalidInput} for an id that is not in lungLabels()
[[nodiscard]] const LabelInfo& labelInfo(std::uint8_t id);

/// Whether the mask says "lung" without saying which. O(voxels) in the worst case.
[[nodiscard]] bool isUnsided(const LabelVolume& mask);

/// Whether right lies where the patient's right is, from the two lungs' mean x on a canonical grid.
[[nodiscard]] constexpr bool sidesFitAnatomy(double rightX, double leftX) {
  return rightX < leftX;
}

}  // namespace pulmo
