// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/surface_scene.h"

#include <vtkAnnotatedCubeActor.h>
#include <vtkCamera.h>
#include <vtkLight.h>
#include <vtkNew.h>
#include <vtkProperty.h>
#include <vtkRenderWindow.h>
#include <vtkRenderer.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <numbers>
#include <set>
#include <utility>

#include "pipeline/core/point_math.h"
#include "widgets/scene/surface_actors_vtk.h"

namespace pulmo {

namespace {

constexpr double kViewAngleDeg = 20;
constexpr double kFilled = 0.9;  // of the viewport, by the lungs
constexpr double kFrameMm = 12;  // from the lungs to the planes' frames
constexpr double kLiftMm = 0.5;  // of the cut lines
constexpr double kCubeDistance = 4.5;
constexpr double kCubeShare = 0.2;  // of the viewport's shorter side, by the cube's corner
constexpr double kCubeLeastPx = 56, kCubeMostPx = 140;

/// From where the camera looks, and its up, in LPS.
struct Pose {
  Point3 from, up;
};

Pose poseOf(SurfaceScene::StandardView view) {
  using View = SurfaceScene::StandardView;
  switch (view) {
    case View::Anterior:
      return {{0, -1, 0}, {0, 0, 1}};
    case View::Posterior:
      return {{0, 1, 0}, {0, 0, 1}};
    case View::Right:
      return {{-1, 0, 0}, {0, 0, 1}};
    case View::Left:
      return {{1, 0, 0}, {0, 0, 1}};
    case View::Superior:
      return {{0, 0, 1}, {0, -1, 0}};
    case View::Inferior:
      break;
  }
  return {{0, 0, -1}, {0, -1, 0}};
}

void makeCube(vtkAnnotatedCubeActor* cube) {
  // Faces are named by the patient's sides; LPS axes point to L, P, S.
  cube->SetXPlusFaceText("L");
  cube->SetXMinusFaceText("R");
  cube->SetYPlusFaceText("P");
  cube->SetYMinusFaceText("A");
  cube->SetZPlusFaceText("S");
  cube->SetZMinusFaceText("I");
  cube->SetZFaceTextRotation(90);  // upright as seen from each side with the head up
  cube->SetFaceTextScale(0.55);
  cube->GetCubeProperty()->SetColor(0.25, 0.29, 0.34);
  cube->GetTextEdgesProperty()->SetColor(0.9, 0.93, 0.96);
  cube->GetTextEdgesProperty()->SetLineWidth(1);
  for (vtkProperty* face : {cube->GetXPlusFaceProperty(), cube->GetXMinusFaceProperty(), cube->GetYPlusFaceProperty(),
                            cube->GetYMinusFaceProperty(), cube->GetZPlusFaceProperty(), cube->GetZMinusFaceProperty()})
    face->SetColor(0.92, 0.95, 0.98);
}

}  // namespace

struct SurfaceScene::Impl {
  vtkNew<vtkRenderer> main, corner;
  vtkNew<vtkAnnotatedCubeActor> cube;
  std::vector<std::unique_ptr<LungActor>> lungs;
  std::vector<std::size_t> meshes;  ///< which of setSurfaces' surfaces each of `lungs` is
  /// Of each lung, by label, where its points lie along x, y and z in voxels.
  std::map<std::uint8_t, std::array<std::vector<float>, 3>> voxels;
  std::array<std::unique_ptr<PlaneActor>, 3> planes;
  Point3 frameLow{}, frameHigh{};
  Grid grid;
  Index3 cursor{0, 0, 0};
  std::set<std::uint8_t> hidden;
  bool planesVisible = true, turning = false;
  double opacity = 1;

  [[nodiscard]] bool isVisible(std::uint8_t label) const { return hidden.count(label) == 0; }
  [[nodiscard]] bool planesShown() const { return planesVisible && grid.voxelCount() > 0; }

  void showLungs() {
    for (const auto& lung : lungs) lung->show(isVisible(lung->label()), opacity, turning);
  }

  /// Where the lungs lie on the grid, for frames and cuts. O(points).
  void relate() {
    voxels.clear();
    for (std::size_t axis = 0; axis < 3; ++axis) frameLow[axis] = -0.5, frameHigh[axis] = grid.size[axis] - 0.5;
    if (grid.voxelCount() == 0 || lungs.empty()) return;
    Point3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
    for (const auto& lung : lungs) {
      auto& along = voxels[lung->label()];
      for (auto& axis : along) axis.reserve(lung->shape().pointsMm.size());
      for (const auto& p : lung->shape().pointsMm) {
        const Point3 index = toIndex(grid, Point3{p[0], p[1], p[2]});
        for (std::size_t axis = 0; axis < 3; ++axis) {
          along[axis].push_back(static_cast<float>(index[axis]));
          low[axis] = std::min(low[axis], index[axis]);
          high[axis] = std::max(high[axis], index[axis]);
        }
      }
    }
    for (std::size_t axis = 0; axis < 3; ++axis) {
      frameLow[axis] = std::max(frameLow[axis], low[axis] - kFrameMm / grid.spacingMm[axis]);
      frameHigh[axis] = std::min(frameHigh[axis], high[axis] + kFrameMm / grid.spacingMm[axis]);
    }
  }

  void placePlane(std::size_t axis) {
    planes[axis]->show(planesShown(), !turning);
    if (!planesShown()) return;
    planes[axis]->place(grid, frameLow, frameHigh, cursor[axis]);
    std::vector<CutLine> lines;
    for (const auto& lung : lungs)
      if (voxels.count(lung->label()) != 0 && isVisible(lung->label()))
        lines.push_back(cutLine(lung->shape(), voxels[lung->label()][axis], cursor[axis], kLiftMm));
    planes[axis]->cut(lines);
  }

  void placePlanes() {
    for (std::size_t axis = 0; axis < 3; ++axis) placePlane(axis);
  }

  /// The middle of the lungs' box.
  [[nodiscard]] Point3 middle() const {
    if (lungs.empty()) return {0, 0, 0};
    Point3 low{1e9, 1e9, 1e9}, high{-1e9, -1e9, -1e9};
    for (const auto& lung : lungs)
      for (const auto& p : lung->shape().pointsMm)
        for (std::size_t k = 0; k < 3; ++k) {
          low[k] = std::min<double>(low[k], p[k]);
          high[k] = std::max<double>(high[k], p[k]);
        }
    return {(low[0] + high[0]) / 2, (low[1] + high[1]) / 2, (low[2] + high[2]) / 2};
  }

  /// How far from `centre` the camera stands so that the lungs fill the viewport.
  [[nodiscard]] double fittingDistance(const Point3& centre, const Pose& pose) const {
    const double aspect = main->GetVTKWindow() != nullptr ? main->GetTiledAspectRatio() : 1.0;
    const double upTangent = kFilled * std::tan(kViewAngleDeg * std::numbers::pi / 360);
    const double sideTangent = upTangent * (aspect > 0 ? aspect : 1.0);
    const Point3 side{pose.up[1] * pose.from[2] - pose.up[2] * pose.from[1],
                      pose.up[2] * pose.from[0] - pose.up[0] * pose.from[2],
                      pose.up[0] * pose.from[1] - pose.up[1] * pose.from[0]};
    double distance = 0;
    for (const auto& lung : lungs)
      for (const auto& p : lung->shape().pointsMm) {
        const Point3 q{p[0] - centre[0], p[1] - centre[1], p[2] - centre[2]};
        const double needed = std::max(std::abs(dot(q, side)) / sideTangent, std::abs(dot(q, pose.up)) / upTangent);
        distance = std::max(distance, dot(q, pose.from) + needed);
      }
    return distance > 0 ? distance : 900;
  }
};

std::array<double, 3> SurfaceScene::planeColour(Orientation orientation) {
  switch (orientation) {
    case Orientation::Axial:
      return {1.0, 0.42, 0.42};
    case Orientation::Coronal:
      return {0.55, 0.92, 0.5};
    case Orientation::Sagittal:
      break;
  }
  return {0.8, 0.66, 1.0};
}

SurfaceScene::SurfaceScene() : impl_(std::make_unique<Impl>()) {
  Impl& s = *impl_;
  s.main->GradientBackgroundOn();
  s.main->SetBackground(0.03, 0.036, 0.045);
  s.main->SetBackground2(0.105, 0.125, 0.155);
  s.main->SetLightFollowCamera(true);
  s.main->AutomaticLightCreationOff();
  for (const auto& [x, y, intensity] : {std::array<double, 3>{-0.6, 0.9, 0.8}, {0.9, 0.1, 0.35}}) {
    vtkNew<vtkLight> light;
    light->SetLightTypeToCameraLight();
    light->SetPosition(x, y, 1);
    light->SetIntensity(intensity);
    s.main->AddLight(light);
  }
  // The cube is drawn over the scene: its corner keeps the colours and clears the depth.
  s.corner->SetPreserveColorBuffer(1);
  s.corner->InteractiveOff();
  makeCube(s.cube);
  s.corner->AddActor(s.cube);
  constexpr Orientation kNormalTo[3] = {Orientation::Sagittal, Orientation::Coronal, Orientation::Axial};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    s.planes[axis] = std::make_unique<PlaneActor>(axis, planeColour(kNormalTo[axis]));
    s.planes[axis]->show(false, false);
    s.planes[axis]->addTo(s.main);
  }
  setViewport(0, 0, 1, 1);
  setStandardView(StandardView::Anterior);
}

SurfaceScene::~SurfaceScene() = default;

std::vector<vtkRenderer*> SurfaceScene::renderers() const {
  return {impl_->main, impl_->corner};
}
vtkRenderer* SurfaceScene::renderer() const {
  return impl_->main;
}

void SurfaceScene::setViewport(double x0, double y0, double x1, double y1) {
  impl_->main->SetViewport(x0, y0, x1, y1);
}

void SurfaceScene::setGrid(const Grid& grid) {
  impl_->grid = grid;
  impl_->relate();
  impl_->placePlanes();
}

void SurfaceScene::setSurfaces(const std::shared_ptr<const std::vector<TriangleMesh>>& surfaces) {
  Impl& s = *impl_;
  const bool hadNone = s.lungs.empty();
  for (const auto& lung : s.lungs) lung->removeFrom(s.main);
  s.lungs.clear();
  s.meshes.clear();
  if (surfaces)
    for (std::size_t mesh = 0; mesh < surfaces->size(); ++mesh) {
      if ((*surfaces)[mesh].triangles.empty()) continue;
      s.lungs.push_back(std::make_unique<LungActor>((*surfaces)[mesh]));
      s.lungs.back()->addTo(s.main);
      s.meshes.push_back(mesh);
    }
  s.showLungs();
  s.relate();
  s.placePlanes();
  if (hadNone && !s.lungs.empty()) setStandardView(StandardView::Anterior);
}

void SurfaceScene::setColours(const SurfaceColours& colours) {
  Impl& s = *impl_;
  const auto& values = colours.values;
  for (std::size_t i = 0; i < s.lungs.size(); ++i) {
    const std::size_t mesh = s.meshes[i];
    const bool known = values && mesh < values->size() && (*values)[mesh].size() == s.lungs[i]->shape().pointsMm.size();
    s.lungs[i]->colourBy(known ? (*values)[mesh] : std::vector<float>(), colours.scale);
  }
  s.showLungs();
}

void SurfaceScene::setCursor(const Index3& voxel) {
  const Index3 before = std::exchange(impl_->cursor, voxel);
  for (std::size_t axis = 0; axis < 3; ++axis)
    if (voxel[axis] != before[axis]) impl_->placePlane(axis);
}

void SurfaceScene::setPlanesVisible(bool visible) {
  impl_->planesVisible = visible;
  impl_->placePlanes();
}

void SurfaceScene::setVisible(std::uint8_t label, bool visible) {
  if (visible)
    impl_->hidden.erase(label);
  else
    impl_->hidden.insert(label);
  impl_->showLungs();
  impl_->placePlanes();
}

void SurfaceScene::setOpacity(double opacity) {
  impl_->opacity = std::clamp(opacity, 0.0, 1.0);
  impl_->showLungs();
}

void SurfaceScene::setInteractive(bool turning) {
  if (impl_->turning == turning) return;
  impl_->turning = turning;
  impl_->showLungs();
  for (const auto& plane : impl_->planes) plane->show(impl_->planesShown(), !turning);
}

void SurfaceScene::setStandardView(StandardView view) {
  Impl& s = *impl_;
  const Pose pose = poseOf(view);
  const Point3 centre = s.middle();
  const double distance = s.fittingDistance(centre, pose);
  vtkCamera* camera = s.main->GetActiveCamera();
  camera->SetViewAngle(kViewAngleDeg);
  camera->SetFocalPoint(centre.data());
  camera->SetPosition(centre[0] + distance * pose.from[0], centre[1] + distance * pose.from[1],
                      centre[2] + distance * pose.from[2]);
  camera->SetViewUp(pose.up.data());
  s.main->ResetCameraClippingRange();
}

void SurfaceScene::turn(double horizontalDeg, double verticalDeg) {
  vtkCamera* camera = impl_->main->GetActiveCamera();
  camera->Azimuth(horizontalDeg);
  camera->Elevation(verticalDeg);
  camera->OrthogonalizeViewUp();
}

void SurfaceScene::zoomBy(double factor) {
  impl_->main->GetActiveCamera()->Dolly(std::clamp(factor, 0.2, 5.0));
}

void SurfaceScene::panBy(double dx, double dy, double heightPx) {
  vtkCamera* camera = impl_->main->GetActiveCamera();
  const double mmPerPixel =
      2 * camera->GetDistance() * std::tan(camera->GetViewAngle() * std::numbers::pi / 360) / std::max(1.0, heightPx);
  double direction[3], up[3], position[3], focal[3];
  camera->GetDirectionOfProjection(direction);
  camera->GetViewUp(up);
  camera->GetPosition(position);
  camera->GetFocalPoint(focal);
  const double right[3] = {direction[1] * up[2] - direction[2] * up[1], direction[2] * up[0] - direction[0] * up[2],
                           direction[0] * up[1] - direction[1] * up[0]};
  for (int i = 0; i < 3; ++i) {
    const double by = -mmPerPixel * (dx * right[i] + dy * up[i]);
    position[i] += by;
    focal[i] += by;
  }
  camera->SetPosition(position);
  camera->SetFocalPoint(focal);
}

void SurfaceScene::syncCube() {
  Impl& s = *impl_;
  vtkCamera* from = s.main->GetActiveCamera();
  vtkCamera* to = s.corner->GetActiveCamera();
  double direction[3], up[3];
  from->GetDirectionOfProjection(direction);
  from->GetViewUp(up);
  to->SetFocalPoint(0, 0, 0);
  to->SetPosition(-kCubeDistance * direction[0], -kCubeDistance * direction[1], -kCubeDistance * direction[2]);
  to->SetViewUp(up);
  if (vtkRenderWindow* window = s.main->GetRenderWindow(); window != nullptr) {
    // Square in pixels: in an upright pane a share of its width and height would cut the cube's sides off.
    const double* of = s.main->GetViewport();
    const int* pixels = window->GetSize();
    const double width = pixels[0] * (of[2] - of[0]), height = pixels[1] * (of[3] - of[1]);
    if (width >= 1 && height >= 1) {
      const double side = std::clamp(kCubeShare * std::min(width, height), kCubeLeastPx, kCubeMostPx);
      s.corner->SetViewport(std::max(of[0], of[2] - side / pixels[0]), of[1], of[2],
                            std::min(of[3], of[1] + side / pixels[1]));
    }
  }
  s.corner->ResetCameraClippingRange();
  s.main->ResetCameraClippingRange();
}

bool SurfaceScene::hasSurfaces() const {
  return !impl_->lungs.empty();
}

std::size_t SurfaceScene::trianglesShown() const {
  std::size_t n = 0;
  for (const auto& lung : impl_->lungs) n += lung->trianglesShown();
  return n;
}

}  // namespace pulmo
