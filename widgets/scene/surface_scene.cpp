// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/surface_scene.h"

#include <vtkActor.h>
#include <vtkAnnotatedCubeActor.h>
#include <vtkCamera.h>
#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkLight.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkPolyDataMapper.h>
#include <vtkPolyDataNormals.h>
#include <vtkProperty.h>
#include <vtkQuadricClustering.h>
#include <vtkRenderer.h>
#include <vtkSmartPointer.h>

#include <algorithm>
#include <cmath>

#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

constexpr std::array<std::array<double, 3>, 3> kPlaneColours{{{0.95, 0.45, 0.45}, {0.5, 0.85, 0.5}, {0.6, 0.65, 1.0}}};

vtkSmartPointer<vtkPolyData> toPolyData(const TriangleMesh& mesh) {
  vtkNew<vtkPoints> points;
  points->SetDataTypeToFloat();
  points->SetNumberOfPoints(static_cast<vtkIdType>(mesh.pointsMm.size()));
  for (std::size_t i = 0; i < mesh.pointsMm.size(); ++i) {
    const auto& p = mesh.pointsMm[i];
    points->SetPoint(static_cast<vtkIdType>(i), p[0], p[1], p[2]);
  }
  vtkNew<vtkCellArray> cells;
  cells->AllocateEstimate(static_cast<vtkIdType>(mesh.triangles.size()), 3);
  for (const auto& t : mesh.triangles) {
    const vtkIdType ids[3] = {t[0], t[1], t[2]};
    cells->InsertNextCell(3, ids);
  }
  vtkNew<vtkPolyData> data;
  data->SetPoints(points);
  data->SetPolys(cells);
  vtkNew<vtkPolyDataNormals> normals;
  normals->SetInputData(data);
  normals->SplittingOff();
  normals->ConsistencyOff();
  normals->AutoOrientNormalsOff();
  normals->Update();
  return normals->GetOutput();
}

vtkSmartPointer<vtkPolyData> coarser(vtkPolyData* fine) {
  vtkNew<vtkQuadricClustering> cluster;
  cluster->SetInputData(fine);
  cluster->SetNumberOfDivisions(22, 22, 26);
  cluster->AutoAdjustNumberOfDivisionsOff();
  cluster->Update();
  vtkNew<vtkPolyDataNormals> normals;
  normals->SetInputConnection(cluster->GetOutputPort());
  normals->SplittingOff();
  normals->ConsistencyOff();
  normals->Update();
  return normals->GetOutput();
}

struct LungActor {
  vtkSmartPointer<vtkPolyData> fine, coarse;
  vtkNew<vtkPolyDataMapper> mapper;
  vtkNew<vtkActor> actor;
};

}  // namespace

struct SurfaceScene::Impl {
  vtkNew<vtkRenderer> main, corner;
  vtkNew<vtkAnnotatedCubeActor> cube;
  std::vector<std::unique_ptr<LungActor>> lungs;
  std::array<vtkSmartPointer<vtkActor>, 3> planes;
  std::array<vtkSmartPointer<vtkPolyData>, 3> planeData;
  Grid grid;
  Index3 cursor{0, 0, 0};
  bool planesVisible = true, turning = false;
  double opacity = 1;
  std::array<double, 4> viewport{0, 0, 1, 1};

  void makePlanes() {
    for (std::size_t axis = 0; axis < 3; ++axis) {
      vtkNew<vtkPoints> points;
      points->SetNumberOfPoints(5);
      vtkNew<vtkCellArray> lines;
      const vtkIdType ring[5] = {0, 1, 2, 3, 4};
      lines->InsertNextCell(5, ring);
      planeData[axis] = vtkSmartPointer<vtkPolyData>::New();
      planeData[axis]->SetPoints(points);
      planeData[axis]->SetLines(lines);
      vtkNew<vtkPolyDataMapper> mapper;
      mapper->SetInputData(planeData[axis]);
      planes[axis] = vtkSmartPointer<vtkActor>::New();
      planes[axis]->SetMapper(mapper);
      planes[axis]->GetProperty()->SetColor(kPlaneColours[2 - axis][0], kPlaneColours[2 - axis][1],
                                            kPlaneColours[2 - axis][2]);
      planes[axis]->GetProperty()->LightingOff();
      planes[axis]->GetProperty()->SetLineWidth(1.5);
      planes[axis]->SetVisibility(0);
      main->AddActor(planes[axis]);
    }
  }

  void placePlanes() {
    const bool show = planesVisible && grid.voxelCount() > 0;
    for (std::size_t axis = 0; axis < 3; ++axis) {
      planes[axis]->SetVisibility(show ? 1 : 0);
      if (!show) continue;
      const std::size_t u = (axis + 1) % 3, v = (axis + 2) % 3;
      vtkPoints* points = planeData[axis]->GetPoints();
      for (int at = 0; at < 5; ++at) {
        Point3 index{};
        index[axis] = cursor[axis];
        index[u] = (at == 1 || at == 2) ? grid.size[u] - 0.5 : -0.5;
        index[v] = (at == 2 || at == 3) ? grid.size[v] - 0.5 : -0.5;
        const Point3 p = toPatient(grid, index);
        points->SetPoint(at, p.data());
      }
      points->Modified();
      planeData[axis]->Modified();
    }
  }

  void applyDetail() {
    for (const auto& lung : lungs) lung->mapper->SetInputData(turning ? lung->coarse : lung->fine);
  }
};

SurfaceScene::SurfaceScene() : impl_(std::make_unique<Impl>()) {
  Impl& s = *impl_;
  for (vtkRenderer* renderer : {s.main.Get(), s.corner.Get()}) {
    renderer->SetBackground(0.055, 0.07, 0.085);
  }
  s.main->GradientBackgroundOn();
  s.main->SetBackground(0.04, 0.05, 0.062);
  s.main->SetBackground2(0.11, 0.135, 0.165);
  s.main->SetLightFollowCamera(true);
  s.main->AutomaticLightCreationOff();
  for (const auto& [x, y, intensity] : {std::array<double, 3>{-0.6, 0.9, 0.8}, {0.9, 0.1, 0.35}}) {
    vtkNew<vtkLight> light;
    light->SetLightTypeToCameraLight();
    light->SetPosition(x, y, 1);
    light->SetIntensity(intensity);
    s.main->AddLight(light);
  }
  // The cube is drawn over the scene, not into it. Faces are named by the patient's sides; LPS axes point to L, P, S.
  s.corner->SetLayer(0);
  s.corner->SetErase(0);
  s.corner->InteractiveOff();
  s.cube->SetXPlusFaceText("L");
  s.cube->SetXMinusFaceText("R");
  s.cube->SetYPlusFaceText("P");
  s.cube->SetYMinusFaceText("A");
  s.cube->SetZPlusFaceText("S");
  s.cube->SetZMinusFaceText("I");
  // Letters upright as seen from each side with the head up.
  s.cube->SetZFaceTextRotation(90);
  s.cube->SetFaceTextScale(0.55);
  s.cube->GetCubeProperty()->SetColor(0.25, 0.29, 0.34);
  s.cube->GetTextEdgesProperty()->SetColor(0.9, 0.93, 0.96);
  s.cube->GetTextEdgesProperty()->SetLineWidth(1);
  for (vtkProperty* face :
       {s.cube->GetXPlusFaceProperty(), s.cube->GetXMinusFaceProperty(), s.cube->GetYPlusFaceProperty(),
        s.cube->GetYMinusFaceProperty(), s.cube->GetZPlusFaceProperty(), s.cube->GetZMinusFaceProperty()})
    face->SetColor(0.92, 0.95, 0.98);
  s.corner->AddActor(s.cube);
  s.makePlanes();
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
  impl_->viewport = {x0, y0, x1, y1};
  impl_->main->SetViewport(x0, y0, x1, y1);
  impl_->corner->SetViewport(x1 - 0.17 * (x1 - x0), y0, x1, y0 + 0.2 * (y1 - y0));
}

void SurfaceScene::setGrid(const Grid& grid) {
  impl_->grid = grid;
  impl_->placePlanes();
}

void SurfaceScene::setSurfaces(std::shared_ptr<const std::vector<TriangleMesh>> surfaces) {
  Impl& s = *impl_;
  const bool hadNone = s.lungs.empty();
  for (const auto& lung : s.lungs) s.main->RemoveActor(lung->actor);
  s.lungs.clear();
  if (surfaces)
    for (const TriangleMesh& mesh : *surfaces) {
      if (mesh.triangles.empty()) continue;
      auto lung = std::make_unique<LungActor>();
      lung->fine = toPolyData(mesh);
      lung->coarse = coarser(lung->fine);
      lung->mapper->ScalarVisibilityOff();
      lung->actor->SetMapper(lung->mapper);
      const auto& rgb = labelInfo(mesh.label).rgb;
      vtkProperty* property = lung->actor->GetProperty();
      property->SetColor(rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
      property->SetAmbient(0.12);
      property->SetDiffuse(0.85);
      property->SetSpecular(0.18);
      property->SetSpecularPower(18);
      property->SetOpacity(s.opacity);
      s.main->AddActor(lung->actor);
      s.lungs.push_back(std::move(lung));
    }
  s.applyDetail();
  if (hadNone && !s.lungs.empty()) setStandardView(StandardView::Anterior);
}

void SurfaceScene::setCursor(const Index3& voxel) {
  impl_->cursor = voxel;
  impl_->placePlanes();
}

void SurfaceScene::setPlanesVisible(bool visible) {
  impl_->planesVisible = visible;
  impl_->placePlanes();
}

void SurfaceScene::setOpacity(double opacity) {
  impl_->opacity = std::clamp(opacity, 0.0, 1.0);
  for (const auto& lung : impl_->lungs) {
    lung->actor->GetProperty()->SetOpacity(impl_->opacity);
    lung->actor->GetProperty()->SetBackfaceCulling(impl_->opacity < 1);
  }
}

void SurfaceScene::setInteractive(bool turning) {
  if (impl_->turning == turning) return;
  impl_->turning = turning;
  impl_->applyDetail();
}

void SurfaceScene::setStandardView(StandardView view) {
  Impl& s = *impl_;
  // From where the camera looks, and its up, in LPS.
  struct Pose {
    double from[3], up[3];
  };
  constexpr Pose kPoses[] = {{{0, -1, 0}, {0, 0, 1}}, {{0, 1, 0}, {0, 0, 1}},  {{-1, 0, 0}, {0, 0, 1}},
                             {{1, 0, 0}, {0, 0, 1}},  {{0, 0, 1}, {0, -1, 0}}, {{0, 0, -1}, {0, -1, 0}}};
  const Pose& pose = kPoses[static_cast<std::size_t>(view)];
  double bounds[6] = {-150, 150, -100, 100, -150, 150};
  bool first = true;
  for (const auto& lung : s.lungs) {
    const double* b = lung->fine->GetBounds();
    for (int i = 0; i < 6; ++i)
      bounds[i] = first ? b[i] : (i % 2 == 0 ? std::min(bounds[i], b[i]) : std::max(bounds[i], b[i]));
    first = false;
  }
  vtkCamera* camera = s.main->GetActiveCamera();
  const double centre[3] = {(bounds[0] + bounds[1]) / 2, (bounds[2] + bounds[3]) / 2, (bounds[4] + bounds[5]) / 2};
  camera->SetFocalPoint(centre);
  camera->SetPosition(centre[0] + 500 * pose.from[0], centre[1] + 500 * pose.from[1], centre[2] + 500 * pose.from[2]);
  camera->SetViewUp(pose.up);
  camera->SetViewAngle(25);
  s.main->ResetCamera(bounds);
  camera->Zoom(1.25);
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
      2 * camera->GetDistance() * std::tan(camera->GetViewAngle() * 3.14159265358979 / 360) / std::max(1.0, heightPx);
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
  to->SetPosition(-4.5 * direction[0], -4.5 * direction[1], -4.5 * direction[2]);
  to->SetViewUp(up);
  s.corner->ResetCameraClippingRange();
  s.main->ResetCameraClippingRange();
}

bool SurfaceScene::hasSurfaces() const {
  return !impl_->lungs.empty();
}

std::size_t SurfaceScene::trianglesShown() const {
  std::size_t n = 0;
  for (const auto& lung : impl_->lungs) n += static_cast<std::size_t>(lung->mapper->GetInput()->GetNumberOfPolys());
  return n;
}

}  // namespace pulmo
