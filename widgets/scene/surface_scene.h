// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <memory>
#include <vector>

#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/view_types.h"
#include "pipeline/core/volume.h"
#include "widgets/scene/colour_scale.h"

class vtkRenderer;

namespace pulmo {

/// The 3-D lungs: both surfaces coloured by side, the current slice planes as frames with the line along which each
/// cuts the lungs, a cube that tells the directions. Plain data in, renderers out; no Qt. One thread, the one that owns
/// the render window.
class SurfaceScene {
 public:
  enum class StandardView { Anterior, Posterior, Right, Left, Superior, Inferior };

  SurfaceScene();
  ~SurfaceScene();
  SurfaceScene(const SurfaceScene&) = delete;
  SurfaceScene& operator=(const SurfaceScene&) = delete;

  /// The scene's renderer and the small one of the cube, in the order in which they are added to a window.
  [[nodiscard]] std::vector<vtkRenderer*> renderers() const;
  [[nodiscard]] vtkRenderer* renderer() const;
  void setViewport(double x0, double y0, double x1, double y1);  ///< shares of the window, from its lower left

  void setGrid(const Grid& grid);  ///< where the slice planes may lie
  /// null = none. The camera stays, unless there were none before.
  void setSurfaces(const std::shared_ptr<const std::vector<TriangleMesh>>& surfaces);
  /// Colours the surfaces by values instead of by side, until other surfaces come; without values: by side.
  /// @pre a value for each point of each of setSurfaces' surfaces; else they stay coloured by side
  void setColours(const SurfaceColours& colours);
  void setCursor(const Index3& voxel);
  void setPlanesVisible(bool visible);
  void setVisible(std::uint8_t label, bool visible);
  void setOpacity(double opacity);                      ///< 0..1
  void setInteractive(bool turning);                    ///< fewer triangles while the camera moves
  void setStandardView(StandardView view);              ///< also fits the lungs into the viewport as it is now
  void turn(double horizontalDeg, double verticalDeg);  ///< the camera around what it looks at
  void zoomBy(double factor);
  void panBy(double dx, double dy, double heightPx);  ///< pixels on the screen
  void syncCube();                                    ///< the cube follows the camera; before each frame

  [[nodiscard]] bool hasSurfaces() const;
  [[nodiscard]] std::size_t trianglesShown() const;
  /// sRGB, 0..1, of the frame and the cut of the slice planes of one orientation.
  [[nodiscard]] static std::array<double, 3> planeColour(Orientation orientation);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace pulmo
