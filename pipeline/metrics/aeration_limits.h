// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstddef>

namespace pulmo {

/// Where lung passes from one class of aeration to the next: the least HU of inflated, infiltrated, collapsed and dense
/// lung; what lies below the first is hyperinflated.
/// @source Lung CT Analyzer for 3D Slicer, its defaults
struct AerationLimits {
  static constexpr std::size_t kCount = 4;
  static constexpr int kLeastHu = -1023, kMostHu = 3071;  ///< that a limit can have
  std::array<int, kCount> fromHu{-950, -750, -400, 0};

  friend bool operator==(const AerationLimits&, const AerationLimits&) = default;
};
inline constexpr std::size_t kAerationClasses = AerationLimits::kCount + 1;

/// @throws Error{InvalidInput} unless each limit is larger than the one before and all lie in kLeastHu .. kMostHu
void requireValid(const AerationLimits& limits);

}  // namespace pulmo
