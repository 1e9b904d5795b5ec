// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/surface_actors_vtk.h"

#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkRenderer.h>
#include <vtkUnsignedCharArray.h>

#include <algorithm>

#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

constexpr double kCoarseMm = 5;          // as seen from where a lung fills the pane: about ten pixels
constexpr double kInsideOpacity = 0.55;  // of the outside's
constexpr double kAmbient = 0.14, kDiffuse = 0.84;
constexpr double kReadAmbient = 0.4, kReadDiffuse = 0.6;  // colours that are read off a scale want less shade

vtkSmartPointer<vtkPoints> pointsOf(const std::vector<std::array<float, 3>>& from) {
  vtkNew<vtkFloatArray> values;
  values->SetNumberOfComponents(3);
  values->SetNumberOfTuples(static_cast<vtkIdType>(from.size()));
  if (!from.empty()) std::copy_n(from.front().data(), 3 * from.size(), values->GetPointer(0));
  auto points = vtkSmartPointer<vtkPoints>::New();
  points->SetData(values);
  return points;
}

vtkSmartPointer<vtkPolyDataMapper> mapperOf(const ShadedShape& shape) {
  vtkNew<vtkPolyData> data;
  data->SetPoints(pointsOf(shape.pointsMm));
  vtkSmartPointer<vtkPoints> normals = pointsOf(shape.normals);
  normals->GetData()->SetName("Normals");
  data->GetPointData()->SetNormals(normals->GetData());
  const auto count = static_cast<vtkIdType>(shape.triangles.size());
  vtkNew<vtkCellArray> cells;
  cells->AllocateExact(count, 3 * count);
  for (const auto& t : shape.triangles) {
    const vtkIdType ids[3] = {t[0], t[1], t[2]};
    cells->InsertNextCell(3, ids);
  }
  data->SetPolys(cells);
  auto mapper = vtkSmartPointer<vtkPolyDataMapper>::New();
  mapper->SetInputData(data);
  mapper->ScalarVisibilityOff();
  return mapper;
}

void colourPoints(vtkPolyDataMapper* mapper, const std::vector<float>& values, const ColourScale& scale) {
  mapper->SetScalarVisibility(!values.empty());
  if (values.empty()) {
    mapper->GetInput()->GetPointData()->SetScalars(nullptr);
    return;
  }
  vtkNew<vtkUnsignedCharArray> colours;
  colours->SetNumberOfComponents(3);
  colours->SetNumberOfTuples(static_cast<vtkIdType>(values.size()));
  unsigned char* to = colours->GetPointer(0);
  for (const float value : values) {
    const Pixel colour = scale.colourOf(value);
    *to++ = static_cast<unsigned char>(colour >> 16U);
    *to++ = static_cast<unsigned char>(colour >> 8U);
    *to++ = static_cast<unsigned char>(colour);
  }
  mapper->GetInput()->GetPointData()->SetScalars(colours);
  mapper->SetColorModeToDirectScalars();
  mapper->SetScalarModeToUsePointData();
}

vtkSmartPointer<vtkActor> flatActor(vtkPolyData* data, const std::array<double, 3>& colour) {
  vtkNew<vtkPolyDataMapper> mapper;
  mapper->SetInputData(data);
  auto actor = vtkSmartPointer<vtkActor>::New();
  actor->SetMapper(mapper);
  actor->GetProperty()->SetColor(colour[0], colour[1], colour[2]);
  actor->GetProperty()->LightingOff();
  return actor;
}

}  // namespace

LungActor::LungActor(const TriangleMesh& mesh)
    : label_(mesh.label),
      shape_(shaded(mesh)),
      fine_(mapperOf(shape_)),
      coarse_(mapperOf(coarsened(shape_, kCoarseMm))),
      actor_(vtkSmartPointer<vtkActor>::New()),
      inside_(vtkSmartPointer<vtkProperty>::New()) {
  const auto& rgb = labelInfo(label_).rgb;
  vtkProperty* outside = actor_->GetProperty();
  outside->SetColor(rgb[0] / 255.0, rgb[1] / 255.0, rgb[2] / 255.0);
  outside->SetAmbient(kAmbient);
  outside->SetDiffuse(kDiffuse);
  outside->SetSpecular(0.2);
  outside->SetSpecularPower(22);
  inside_->DeepCopy(outside);
  inside_->SetSpecular(0);
  show(true, 1, false);
}

void LungActor::addTo(vtkRenderer* renderer) {
  renderer->AddActor(actor_);
}

void LungActor::removeFrom(vtkRenderer* renderer) {
  renderer->RemoveActor(actor_);
}

void LungActor::show(bool visible, double opacity, bool turning) {
  const bool solid = opacity >= 1;
  actor_->SetVisibility(visible && opacity > 0);
  actor_->SetMapper(turning ? coarse_ : fine_);
  actor_->GetProperty()->SetOpacity(opacity);
  inside_->SetOpacity(opacity * kInsideOpacity);
  actor_->SetBackfaceProperty(solid ? nullptr : inside_.Get());
  // The coarse surface is not closed: through its gaps the inner side is better than nothing.
  actor_->GetProperty()->SetBackfaceCulling(solid && !turning);
}

void LungActor::colourBy(const std::vector<float>& values, const ColourScale& scale) {
  shape_.values = values;
  const ShadedShape coarse = coarsened(shape_, kCoarseMm);
  coarse_ = mapperOf(coarse);
  colourPoints(fine_, shape_.values, scale);
  colourPoints(coarse_, coarse.values, scale);
  for (vtkProperty* property : {actor_->GetProperty(), inside_.Get()}) {
    property->SetAmbient(values.empty() ? kAmbient : kReadAmbient);
    property->SetDiffuse(values.empty() ? kDiffuse : kReadDiffuse);
  }
}

std::size_t LungActor::trianglesShown() const {
  if (actor_->GetVisibility() == 0) return 0;
  return static_cast<std::size_t>(vtkPolyDataMapper::SafeDownCast(actor_->GetMapper())->GetInput()->GetNumberOfPolys());
}

PlaneActor::PlaneActor(std::size_t axis, const std::array<double, 3>& colour)
    : axis_(axis), corners_(vtkSmartPointer<vtkPolyData>::New()), cut_(vtkSmartPointer<vtkPolyData>::New()) {
  vtkNew<vtkPoints> points;
  points->SetNumberOfPoints(4);
  corners_->SetPoints(points);
  vtkNew<vtkPolyData> frame, fill;
  frame->SetPoints(points);
  fill->SetPoints(points);
  const vtkIdType ring[5] = {0, 1, 2, 3, 0};
  vtkNew<vtkCellArray> lines, quad;
  lines->InsertNextCell(5, ring);
  quad->InsertNextCell(4, ring);
  frame->SetLines(lines);
  fill->SetPolys(quad);
  actors_ = {flatActor(frame, colour), flatActor(fill, colour), flatActor(cut_, colour)};
  actors_[0]->GetProperty()->SetLineWidth(1);
  actors_[1]->GetProperty()->SetOpacity(0.05);
  actors_[2]->GetProperty()->SetLineWidth(2);
}

void PlaneActor::addTo(vtkRenderer* renderer) {
  for (const auto& actor : actors_) renderer->AddActor(actor);
}

void PlaneActor::show(bool visible, bool filled) {
  for (const auto& actor : actors_) actor->SetVisibility(visible);
  actors_[1]->SetVisibility(visible && filled);
}

void PlaneActor::place(const Grid& grid, const Point3& low, const Point3& high, int at) {
  const std::size_t u = (axis_ + 1) % 3, v = (axis_ + 2) % 3;
  vtkPoints* points = corners_->GetPoints();
  for (int corner = 0; corner < 4; ++corner) {
    Point3 index{};
    index[axis_] = at;
    index[u] = corner == 1 || corner == 2 ? high[u] : low[u];
    index[v] = corner == 2 || corner == 3 ? high[v] : low[v];
    const Point3 p = toPatient(grid, index);
    points->SetPoint(corner, p.data());
  }
  points->Modified();
  for (std::size_t i = 0; i < 2; ++i) vtkPolyDataMapper::SafeDownCast(actors_[i]->GetMapper())->GetInput()->Modified();
}

void PlaneActor::cut(const std::vector<CutLine>& lines) {
  CutLine all;
  for (const CutLine& line : lines) all.insert(all.end(), line.begin(), line.end());
  vtkNew<vtkCellArray> cells;
  for (vtkIdType i = 0; i + 1 < static_cast<vtkIdType>(all.size()); i += 2) {
    const vtkIdType ends[2] = {i, i + 1};
    cells->InsertNextCell(2, ends);
  }
  cut_->SetPoints(pointsOf(all));
  cut_->SetLines(cells);
}

}  // namespace pulmo
