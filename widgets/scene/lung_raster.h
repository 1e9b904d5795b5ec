// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <string>
#include <vector>

#include "pipeline/core/triangle_mesh.h"
#include "widgets/scene/slice_raster.h"
#include "widgets/scene/surface_shape.h"

namespace pulmo {

/// How a still picture of the 3-D lungs is taken: the camera stands level, far away, and looks at their middle.
struct LungView {
  double turnedDeg = 0;    ///< around the body: 0 from the front, 90 from the patient's left, 180 from behind
  double pixelsPerMm = 2;  ///< the same everywhere: there is no perspective, so that a ruler holds for all of it
  Pixel top = pixelOfRgb(27, 32, 40), bottom = pixelOfRgb(8, 9, 12);  ///< of the background
};

/// The patient's directions at the left and the right edge: "R" and "L" from the front, "RP" and "LA" between front and
/// left.
struct LungDirections {
  std::string left, right;
};
[[nodiscard]] LungDirections directionsOf(double turnedDeg);

/// Still pictures of the 3-D lungs, drawn by the processor: no display and no OpenGL is needed, any thread may do it,
/// and the same lungs give the same pixels everywhere. For pictures in files; panes are drawn by SurfaceScene.
class LungRaster {
 public:
  explicit LungRaster(const std::vector<TriangleMesh>& lungs);

  /// Colours by errorColour instead of by side.
  /// @param mm  one value for each point of each lung; a lung with another number of them stays coloured by side
  void colourByError(const std::vector<std::vector<float>>& mm, double limitMm);

  [[nodiscard]] bool empty() const { return lungs_.empty(); }
  /// The scale at which the lungs fill most of a picture, seen from one side.
  [[nodiscard]] double fittingPixelsPerMm(int width, int height, double turnedDeg) const;
  /// Likewise, from whatever side: for pictures that belong together.
  [[nodiscard]] double turningPixelsPerMm(int width, int height) const;

  /// @cost about 0.1 s for 600 x 600 pixels and two lungs of 40 000 triangles
  void draw(const PixelView& out, const LungView& view) const;

 private:
  struct Lung {
    ShadedShape shape;
    std::vector<Pixel> colours;  ///< one a point
  };
  std::vector<Lung> lungs_;
  Point3 middle_{0, 0, 0};
};

/// One line of the letters A I L P R S, as strokes: what draws text may belong to another thread.
/// @param x, y  upper left corner; @param height  of the letters, in pixels
/// @return how wide it is
double drawDirection(const PixelView& out, const std::string& letters, double x, double y, double height, Pixel colour);
[[nodiscard]] double directionWidth(const std::string& letters, double height);
/// The patient's directions at all four edges.
void drawDirections(const PixelView& out, double turnedDeg);

}  // namespace pulmo
