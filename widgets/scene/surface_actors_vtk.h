// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <vtkActor.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkProperty.h>
#include <vtkSmartPointer.h>

#include <array>
#include <vector>

#include "pipeline/core/triangle_mesh.h"
#include "pipeline/core/volume.h"
#include "widgets/scene/colour_scale.h"
#include "widgets/scene/surface_shape.h"

class vtkRenderer;

namespace pulmo {

/// One lung in a renderer. Translucent, its far walls count less than its near ones, which is what shows it as a shape:
/// VTK blends independently of the order (by averages), and sorting is too slow for software OpenGL.
class LungActor {
 public:
  explicit LungActor(const TriangleMesh& mesh);

  void addTo(vtkRenderer* renderer);
  void removeFrom(vtkRenderer* renderer);
  void show(bool visible, double opacity, bool turning);
  /// One colour a point; empty = one colour, the label's. O(points).
  void colourBy(const std::vector<float>& values, const ColourScale& scale);

  [[nodiscard]] std::uint8_t label() const { return label_; }
  [[nodiscard]] const ShadedShape& shape() const { return shape_; }
  [[nodiscard]] std::size_t trianglesShown() const;

 private:
  std::uint8_t label_;
  ShadedShape shape_;
  vtkSmartPointer<vtkPolyDataMapper> fine_, coarse_;
  vtkSmartPointer<vtkActor> actor_;
  vtkSmartPointer<vtkProperty> inside_;
};

/// One slice plane: a frame around the lungs, a breath of fill, and the line along which it cuts them.
class PlaneActor {
 public:
  PlaneActor(std::size_t axis, const std::array<double, 3>& colour);

  void addTo(vtkRenderer* renderer);
  void show(bool visible, bool filled);  ///< the fill costs a fifth of a frame on software OpenGL
  /// @param low, high  the frame's corners, in voxels
  void place(const Grid& grid, const Point3& low, const Point3& high, int at);
  void cut(const std::vector<CutLine>& lines);

 private:
  std::size_t axis_;
  vtkSmartPointer<vtkPolyData> corners_, cut_;
  std::array<vtkSmartPointer<vtkActor>, 3> actors_;  ///< frame, fill, cut
};

}  // namespace pulmo
