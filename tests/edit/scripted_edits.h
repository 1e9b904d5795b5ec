// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <string>

#include "pipeline/core/random.h"
#include "pipeline/edit/brush.h"
#include "pipeline/edit/mask_editor.h"
#include "tests/edit/naive_masks.h"

/// Edits that follow from their number alone, so that one process can tell what another has done.
namespace pulmo::test {

inline const Grid kScriptGrid = gridOf({40, 30, 12}, {0.7, 0.8, 2});

inline LabelVolume scriptMask() {
  return maskOf(kScriptGrid, [](int x, int y, int z) {
    return y > 5 && y < 25 && z > 1 && x % 20 > 3 && x % 20 < 17 ? 1 + x / 20 : 0;
  });
}

/// Paints one part into the open stroke, or as a whole step.
inline void scriptedPart(MaskEditor& editor, int number, bool asStep = false) {
  Random random(1234, static_cast<std::uint64_t>(number));
  const Point3 from{random.uniform(0, 39), random.uniform(0, 29), random.uniform(0, 11)};
  const Point3 to{from[0] + random.uniform(-6, 6), from[1] + random.uniform(-6, 6), from[2]};
  Brush brush{.shape = random.integer(0, 1) == 0 ? BrushShape::Disc : BrushShape::Sphere,
              .diameterMm = random.uniform(2, 9)};
  brush.rule.label = static_cast<std::uint8_t>(random.integer(0, 2));
  MaskDifference part = paintLine(editor.mask(), nullptr, brush, from, to);
  if (asStep)
    editor.apply(std::move(part), "Step " + std::to_string(number));
  else
    editor.paint(std::move(part));
}

/// One change of the mask or of its history.
inline void scriptedEdit(MaskEditor& editor, int number) {
  Random random(77, static_cast<std::uint64_t>(number));
  const int kind = random.integer(0, 11);
  if (kind == 0) {
    editor.undo();
  } else if (kind == 1) {
    editor.redo();
  } else if (kind == 2) {
    scriptedPart(editor, number, true);
  } else if (kind == 3) {
    editor.endStroke();
  } else if (kind == 4) {
    editor.cancelStroke();
  } else {
    if (!editor.inStroke()) editor.beginStroke("Stroke " + std::to_string(number));
    scriptedPart(editor, number);
  }
}

}  // namespace pulmo::test
