// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <functional>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/edit/mask_difference.h"
#include "tests/support/small_chest.h"

/// Masks given by a rule, and what an edit makes of them.
namespace pulmo::test {

inline LabelVolume maskOf(const Grid& grid, const std::function<int(int x, int y, int z)>& label) {
  LabelVolume mask(grid);
  for (int z = 0; z < grid.size[2]; ++z)
    for (int y = 0; y < grid.size[1]; ++y)
      for (int x = 0; x < grid.size[0]; ++x) mask[{x, y, z}] = static_cast<std::uint8_t>(label(x, y, z));
  return mask;
}

inline LabelVolume after(LabelVolume mask, const std::optional<MaskDifference>& edit) {
  edit.value().apply(mask, true);
  return mask;
}

inline std::ptrdiff_t countOf(const LabelVolume& mask, int label) {
  return std::count(mask.voxels().begin(), mask.voxels().end(), label);
}

inline StopToken stopped() {
  std::stop_source source;
  source.request_stop();
  return source.get_token();
}

}  // namespace pulmo::test
