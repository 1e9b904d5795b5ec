// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/brush.h"

#include "pipeline/edit/brush_rows.h"

namespace pulmo {

MaskDifference paintLine(const LabelVolume& mask, const CtVolume* ct, const Brush& brush, const Point3& from,
                         const Point3& to) {
  const PaintRule& rule = brush.rule;
  if (rule.hu && ct == nullptr)
    throw Error(ErrorKind::InvalidInput, "Painting within a range of HU needs the scan, and there is none.");
  if (rule.hu) requireSameGrid(mask.grid(), "mask", ct->grid(), "scan");
  std::optional<std::size_t> flat;
  if (brush.shape == BrushShape::Disc) flat = normalAxis(brush.plane);
  DifferenceWriter writer(mask.grid().size);
  const BrushRows rows(mask.grid(), from, to, brush.diameterMm / 2, flat);
  rows.visit([&](int y, int z, int x0, int x1) {
    const std::size_t row = mask.offset({0, y, z});
    for (std::size_t i = row + static_cast<std::size_t>(x0); i <= row + static_cast<std::size_t>(x1); ++i) {
      const std::uint8_t before = mask.voxels()[i];
      if (before == rule.label || (rule.onlyOver && before != *rule.onlyOver)) continue;
      if (rule.hu && !rule.hu->contains(ct->voxels()[i])) continue;
      writer.add(i, 1, before, rule.label);
    }
  });
  return writer.finish();
}

}  // namespace pulmo
