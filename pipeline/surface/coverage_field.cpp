// SPDX-License-Identifier: Apache-2.0
#include "pipeline/surface/coverage_field.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/parallel.h"

namespace pulmo {

namespace {

constexpr int kMargin = 2;  // blocks

void grow(LabelBox& box, const LabelBox& by) {
  if (by.empty()) return;
  if (box.empty()) {
    box = by;
    return;
  }
  for (std::size_t axis = 0; axis < 3; ++axis) {
    box.low[axis] = std::min(box.low[axis], by.low[axis]);
    box.high[axis] = std::max(box.high[axis], by.high[axis]);
  }
}

std::array<LabelBox, 4> boxesOfSlice(const LabelVolume& mask, int z) {
  const Index3 size = mask.grid().size;
  std::array<LabelBox, 4> boxes;
  for (LabelBox& box : boxes) box = {{size[0], size[1], z}, {-1, -1, z}};
  const std::uint8_t* row = mask.slice(z);
  for (int y = 0; y < size[1]; ++y, row += size[0])
    for (int x = 0; x < size[0]; ++x) {
      const std::uint8_t label = row[x];
      if (label == 0 || label > 3) continue;
      LabelBox& box = boxes[label];
      box.low[0] = std::min(box.low[0], x);
      box.high[0] = std::max(box.high[0], x);
      box.low[1] = std::min(box.low[1], y);
      box.high[1] = std::max(box.high[1], y);
    }
  return boxes;
}

}  // namespace

std::optional<std::array<LabelBox, 4>> labelBoxes(const LabelVolume& mask, const StopToken& stop) {
  std::vector<std::array<LabelBox, 4>> slices(static_cast<std::size_t>(mask.grid().size[2]));
  const Outcome outcome =
      parallelFor(slices.size(), 0, stop, [&](std::size_t z) { slices[z] = boxesOfSlice(mask, static_cast<int>(z)); });
  if (outcome == Outcome::Stopped) return std::nullopt;
  std::array<LabelBox, 4> all;
  for (const auto& slice : slices)
    for (std::size_t label = 1; label < 4; ++label) grow(all[label], slice[label]);
  return all;
}

Point3 CoverageField::firstCentre() const {
  Point3 centre{};
  // The centre of a block of f voxels lies (f - 1) / 2 voxels behind its first one.
  for (std::size_t axis = 0; axis < 3; ++axis) centre[axis] = firstVoxel[axis] + (factor[axis] - 1) / 2.0;
  return centre;
}

float CoverageField::border() const {
  const int voxels = factor[0] * factor[1] * factor[2];
  return voxels % 2 == 1 ? 0.5F : 0.5F - 0.05F / static_cast<float>(voxels);
}

std::optional<CoverageField> coverageOf(const LabelVolume& mask, std::uint8_t label, const LabelBox& box,
                                        double blockMm, const StopToken& stop) {
  const Grid& grid = mask.grid();
  CoverageField field;
  for (std::size_t axis = 0; axis < 3; ++axis) {
    const int factor = std::max(1, static_cast<int>(std::lround(blockMm / grid.spacingMm[axis])));
    field.factor[axis] = factor;
    field.firstVoxel[axis] = box.low[axis] - kMargin * factor;
    field.size[axis] = (box.high[axis] - field.firstVoxel[axis]) / factor + 1 + kMargin;
  }
  const auto columns = static_cast<std::size_t>(field.size[0]);
  const std::size_t plane = columns * static_cast<std::size_t>(field.size[1]);
  field.share.assign(plane * static_cast<std::size_t>(field.size[2]), 0.0F);
  const float voxel = 1.0F / static_cast<float>(field.factor[0] * field.factor[1] * field.factor[2]);
  std::vector<std::size_t> block(static_cast<std::size_t>(box.high[0] - box.low[0] + 1));
  for (std::size_t i = 0; i < block.size(); ++i)
    block[i] =
        (i + static_cast<std::size_t>(box.low[0] - field.firstVoxel[0])) / static_cast<std::size_t>(field.factor[0]);
  const Outcome outcome = parallelFor(static_cast<std::size_t>(field.size[2]), 0, stop, [&](std::size_t bz) {
    const int z0 = field.firstVoxel[2] + static_cast<int>(bz) * field.factor[2];
    for (int z = std::max(z0, box.low[2]); z < std::min(z0 + field.factor[2], box.high[2] + 1); ++z)
      for (int y = box.low[1]; y <= box.high[1]; ++y) {
        const std::uint8_t* row = mask.slice(z) + static_cast<std::ptrdiff_t>(y) * grid.size[0] + box.low[0];
        const auto by = static_cast<std::size_t>((y - field.firstVoxel[1]) / field.factor[1]);
        float* to = field.share.data() + bz * plane + by * columns;
        for (std::size_t i = 0; i < block.size(); ++i) to[block[i]] += row[i] == label ? voxel : 0.0F;
      }
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  return field;
}

}  // namespace pulmo
