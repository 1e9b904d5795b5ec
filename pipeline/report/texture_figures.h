// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "pipeline/texture/texture.h"

namespace pulmo {

/// One figure of a texture, as DensityFigure.
struct TextureFigure {
  const char* key;   ///< "contrast"
  const char* name;  ///< "Contrast"
  int decimals;
  std::optional<double> (*value)(const Texture&);
};
/// In the order in which they are shown.
[[nodiscard]] std::span<const TextureFigure> textureFigures();

[[nodiscard]] const char* keyOf(TexturePart part);  ///< "right_lung", "left_lung", "lungs", "sphere"

/// {"levels": {"low_hu", "bin_hu", "count"}, "regions": [{"label", "voxels", "pairs", figure: number or null}]}; a
/// sphere also has "centre_mm" (LPS) and "radius_mm".
[[nodiscard]] std::string toJson(const std::vector<MeasuredTexture>& textures, const GreyLevels& levels = {});
/// One row a region, a header row first; the levels and the sphere last.
[[nodiscard]] std::string toCsv(const std::vector<MeasuredTexture>& textures, const GreyLevels& levels = {});
/// A column a region, for a terminal.
[[nodiscard]] std::string toText(const std::vector<MeasuredTexture>& textures, const GreyLevels& levels = {});

}  // namespace pulmo
