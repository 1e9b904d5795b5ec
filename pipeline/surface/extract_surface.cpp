// SPDX-License-Identifier: Apache-2.0
#include "pipeline/surface/extract_surface.h"

#include <vtkAlgorithm.h>
#include <vtkCallbackCommand.h>
#include <vtkCellArray.h>
#include <vtkFloatArray.h>
#include <vtkFlyingEdges3D.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPointData.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkSmartPointer.h>
#include <vtkWindowedSincPolyDataFilter.h>

#include <functional>
#include <mutex>
#include <new>
#include <utility>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/surface/coverage_field.h"
#include "pipeline/surface/decimate.h"
#include "pipeline/surface/mesh_parts.h"

namespace pulmo {

namespace {

/// Numbers by eye, on healthy and on fibrotic lungs; the volume's error is what tests hold them to.
struct Recipe {
  double blockMm;             ///< of the field that the surface is cut from; 0 = the mask's own voxels
  PartRule parts;             ///< what is dust
  int iterations;             ///< of the smoothing
  double passBand;            ///< the less, the smoother
  std::size_t triangleLimit;  ///< a lung; 0 = as many as there are
};
// Two lungs of 40 000 triangles turn at 20 frames a second on software OpenGL.
constexpr Recipe kView{2.2, {0.01, 0, false}, 12, 0.08, 40000};
constexpr Recipe kExport{0, {0, 0.1, true}, 15, 0.15, 0};

/// Runs a filter, which gives up soon after a stop request.
/// @return false if stopped
bool run(vtkAlgorithm* filter, const StopToken& stop) {
  vtkNew<vtkCallbackCommand> ask;
  ask->SetClientData(const_cast<StopToken*>(&stop));
  ask->SetCallback([](vtkObject* caller, unsigned long, void* token, void*) {
    if (static_cast<const StopToken*>(token)->stop_requested()) static_cast<vtkAlgorithm*>(caller)->SetAbortExecute(1);
  });
  const unsigned long id = filter->AddObserver(vtkCommand::ProgressEvent, ask);
  filter->Update();
  filter->RemoveObserver(id);
  return !stop.stop_requested();
}

vtkSmartPointer<vtkPolyData> toPolyData(const TriangleMesh& mesh) {
  vtkNew<vtkPoints> points;
  points->SetDataTypeToFloat();
  points->SetNumberOfPoints(static_cast<vtkIdType>(mesh.pointsMm.size()));
  for (std::size_t i = 0; i < mesh.pointsMm.size(); ++i) {
    const auto& p = mesh.pointsMm[i];
    points->SetPoint(static_cast<vtkIdType>(i), p[0], p[1], p[2]);
  }
  vtkNew<vtkCellArray> cells;
  cells->AllocateExact(static_cast<vtkIdType>(mesh.triangles.size()),
                       3 * static_cast<vtkIdType>(mesh.triangles.size()));
  for (const auto& t : mesh.triangles) {
    const vtkIdType ids[3] = {t[0], t[1], t[2]};
    cells->InsertNextCell(3, ids);
  }
  auto data = vtkSmartPointer<vtkPolyData>::New();
  data->SetPoints(points);
  data->SetPolys(cells);
  return data;
}

TriangleMesh toMesh(vtkPolyData* surface, std::uint8_t label) {
  TriangleMesh mesh;
  mesh.label = label;
  mesh.pointsMm.resize(static_cast<std::size_t>(surface->GetNumberOfPoints()));
  for (std::size_t i = 0; i < mesh.pointsMm.size(); ++i) {
    double p[3];
    surface->GetPoint(static_cast<vtkIdType>(i), p);
    for (std::size_t axis = 0; axis < 3; ++axis) mesh.pointsMm[i][axis] = static_cast<float>(p[axis]);
  }
  mesh.triangles.reserve(static_cast<std::size_t>(surface->GetNumberOfPolys()));
  vtkCellArray* cells = surface->GetPolys();
  vtkIdType count = 0;
  const vtkIdType* ids = nullptr;
  for (cells->InitTraversal(); cells->GetNextCell(count, ids) != 0;)
    if (count == 3)
      mesh.triangles.push_back(
          {static_cast<std::uint32_t>(ids[0]), static_cast<std::uint32_t>(ids[1]), static_cast<std::uint32_t>(ids[2])});
  return mesh;
}

/// Moves a mesh from mm along the grid's axes, seen from the field's first block, to the patient.
void moveToPatient(TriangleMesh& mesh, const CoverageField& field, const Grid& grid) {
  const Point3 first = field.firstCentre();
  for (auto& point : mesh.pointsMm) {
    Point3 index{};
    for (std::size_t axis = 0; axis < 3; ++axis) index[axis] = first[axis] + double(point[axis]) / grid.spacingMm[axis];
    const Point3 mm = toPatient(grid, index);
    for (std::size_t axis = 0; axis < 3; ++axis) point[axis] = static_cast<float>(mm[axis]);
  }
}

void faceOutwards(TriangleMesh& mesh) {
  if (signedVolumeMm3(mesh) < 0)
    for (auto& t : mesh.triangles) std::swap(t[1], t[2]);
}

/// @return an empty mesh if stopped
TriangleMesh contourOf(CoverageField& field, const Grid& grid, std::uint8_t label, const StopToken& stop) {
  vtkNew<vtkImageData> image;
  image->SetDimensions(field.size.data());
  image->SetSpacing(grid.spacingMm[0] * field.factor[0], grid.spacingMm[1] * field.factor[1],
                    grid.spacingMm[2] * field.factor[2]);
  vtkNew<vtkFloatArray> share;
  share->SetArray(field.share.data(), static_cast<vtkIdType>(field.share.size()), 1);  // 1: the vector keeps it
  image->GetPointData()->SetScalars(share);
  vtkNew<vtkFlyingEdges3D> contour;
  contour->SetInputData(image);
  contour->SetValue(0, field.border());
  contour->ComputeNormalsOff();
  contour->ComputeGradientsOff();
  contour->ComputeScalarsOff();
  if (!run(contour, stop)) return {};
  return toMesh(contour->GetOutput(), label);
}

/// @return nullopt if stopped
std::optional<TriangleMesh> smoothed(const TriangleMesh& mesh, const Recipe& recipe, const StopToken& stop) {
  vtkNew<vtkWindowedSincPolyDataFilter> smooth;  // keeps the volume, unlike Laplacian smoothing
  smooth->SetInputData(toPolyData(mesh));
  smooth->SetNumberOfIterations(recipe.iterations);
  smooth->SetPassBand(recipe.passBand);
  smooth->BoundarySmoothingOff();
  smooth->FeatureEdgeSmoothingOff();
  smooth->NonManifoldSmoothingOn();
  smooth->NormalizeCoordinatesOn();
  if (!run(smooth, stop)) return std::nullopt;
  return toMesh(smooth->GetOutput(), mesh.label);
}

/// @return nullopt if stopped
std::optional<TriangleMesh> surfaceOf(const LabelVolume& mask, std::uint8_t label, const LabelBox& box,
                                      const Recipe& recipe, const StopToken& stop,
                                      const std::function<void(double)>& progress) {
  auto field = coverageOf(mask, label, box, recipe.blockMm, stop);
  if (!field) return std::nullopt;
  progress(0.25);
  TriangleMesh contour = contourOf(*field, mask.grid(), label, stop);
  if (stop.stop_requested()) return std::nullopt;
  if (contour.triangles.empty() && recipe.blockMm > 0) {  // a mask of a few voxels fills no block by half
    Recipe finer = recipe;
    finer.blockMm = 0;
    return surfaceOf(mask, label, box, finer, stop, progress);
  }
  field->share = {};
  faceOutwards(contour);
  contour = keepLargeParts(contour, recipe.parts);
  progress(0.45);
  auto mesh = smoothed(contour, recipe, stop);
  if (!mesh) return std::nullopt;
  progress(0.7);
  if (recipe.triangleLimit > 0) mesh = decimate(*mesh, recipe.triangleLimit, stop);
  if (!mesh) return std::nullopt;
  moveToPatient(*mesh, *field, mask.grid());
  faceOutwards(*mesh);  // a grid may be mirrored
  progress(1);
  return mesh;
}

/// Makes one rising fraction of what several labels report from several threads.
class Fractions {
 public:
  Fractions(std::size_t parts, const ProgressSink& sink) : done_(parts, 0), sink_(sink) {}
  void report(std::size_t part, double fraction) {
    if (!sink_) return;
    const std::lock_guard lock(mutex_);
    done_[part] = fraction;
    double sum = 0;
    for (const double f : done_) sum += f;
    sink_(sum / static_cast<double>(done_.size()), "Surfaces");
  }

 private:
  std::mutex mutex_;
  std::vector<double> done_;
  const ProgressSink& sink_;
};

}  // namespace

std::optional<std::vector<TriangleMesh>> extractSurfaces(const LabelVolume& mask, SurfaceQuality quality,
                                                         const StopToken& stop, const ProgressSink& progress) try {
  const auto boxes = labelBoxes(mask, stop);
  if (!boxes) return std::nullopt;
  std::vector<std::uint8_t> labels;
  for (const LabelInfo& info : lungLabels())
    if (!(*boxes)[info.id].empty()) labels.push_back(info.id);
  if (labels.empty()) throw Error(ErrorKind::InvalidInput, "The mask holds no lung, so there is no surface.");
  const Recipe& recipe = quality == SurfaceQuality::View ? kView : kExport;
  std::vector<TriangleMesh> meshes(labels.size());
  Fractions fractions(labels.size(), progress);
  const Outcome outcome = parallelFor(labels.size(), 0, stop, [&](std::size_t i) {
    auto mesh = surfaceOf(mask, labels[i], (*boxes)[labels[i]], recipe, stop,
                          [&](double fraction) { fractions.report(i, fraction); });
    if (mesh) meshes[i] = std::move(*mesh);
  });
  if (outcome == Outcome::Stopped || stop.stop_requested()) return std::nullopt;
  return meshes;
} catch (const std::bad_alloc& e) {
  throw Error(ErrorKind::OutOfMemory, "There is not enough memory for the surfaces of this mask.", e.what());
}

}  // namespace pulmo
