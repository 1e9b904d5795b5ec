// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/view_types.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// Three bytes a pixel, rows from the top.
struct RgbImage {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
};

/// One slice pane of a picture.
struct PicturePane {
  std::string title;            ///< "Prediction: threshold"; utf-8
  LabelPtr labels;              ///< null = none
  bool labelsExpected = false;  ///< without labels the pane shows emptyText alone
  std::string emptyText;
  Orientation orientation = Orientation::Axial;
};

/// What the window's centre shows, without the window.
struct PanePicture {
  CtPtr ct;
  std::vector<PicturePane> slices;
  std::shared_ptr<const std::vector<TriangleMesh>> lungs;  ///< null = no 3-D pane
  Index3 cursor{0, 0, 0};
  WindowHu window;
  OverlayStyle overlay;
  bool crosshair = true;
  int width = 1600, height = 1000;  ///< of the whole picture
};

/// Draws the panes side by side, as the window arranges them: three in a row, four in a square, the lungs beside them.
/// Slices need no display; without one the 3-D pane is drawn by LungRaster, without the planes of the cursor.
/// @pre ct holds voxels; the cursor lies in it; 1..5 panes
[[nodiscard]] RgbImage drawPanes(const PanePicture& picture);

/// Whether VTK's OpenGL finds a display.
[[nodiscard]] bool hasDisplay();

/// The bytes of a PNG file; it says that it is for research only (tEXt).
[[nodiscard]] std::string pngOf(const RgbImage& image);

/// Without what Pixel calls alpha.
[[nodiscard]] RgbImage rgbOf(const std::vector<std::uint32_t>& pixels, int width, int height);

/// @throws Error{Io} as writeAtomically
void savePng(const RgbImage& image, const std::filesystem::path& path, Overwrite overwrite);

}  // namespace pulmo
