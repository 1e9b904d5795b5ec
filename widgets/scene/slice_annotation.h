// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <string>

#include "widgets/scene/slice_geometry.h"
#include "widgets/scene/slice_text.h"

namespace pulmo {

/// What stands written on a slice.
struct SliceFacts {
  std::string title;       ///< "" = none
  std::string slice;       ///< "z 67/133"
  std::string positionMm;  ///< "-123.5 mm"; "" where no millimetres are known
  std::string probe;       ///< "-812 HU"
  std::string probeLabel;  ///< "Right lung"; left out where there is no room
  std::string window;      ///< "W 1500  L -600"
  bool ruler = true;       ///< false where no millimetres are known
};

/// Letters at the four edges, facts in the corners, a ruler at the bottom right. What has no room on a small pane is
/// left out, the least needed first; nothing is ever drawn over another text.
/// @param scale  device pixels per logical pixel
void drawAnnotations(const PixelView& out, const SliceGeometry& geometry, const SliceFacts& facts, double scale,
                     TextCache& texts);

/// Cross lines through a pixel, open in the middle so that the voxel itself is seen.
void drawCrosshair(const PixelView& out, double x, double y, double scale);

/// One grey sentence in the middle, wrapped at words.
void drawEmptyText(const PixelView& out, const std::string& sentence, double scale, TextCache& texts);

}  // namespace pulmo
