// SPDX-License-Identifier: Apache-2.0
#include "pipeline/surface/extract_surface.h"

#include <vtkCellArray.h>
#include <vtkFlyingEdges3D.h>
#include <vtkImageData.h>
#include <vtkNew.h>
#include <vtkPoints.h>
#include <vtkPolyData.h>
#include <vtkQuadricDecimation.h>
#include <vtkSmartPointer.h>
#include <vtkWindowedSincPolyDataFilter.h>

#include <algorithm>
#include <cmath>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"

namespace pulmo {

namespace {

constexpr double kViewMm = 2.2;              // voxel of the field that the 3-D pane's surface is cut from
constexpr std::size_t kViewTriangles = 40000;  // a lung: software GL turns twice this at 20 frames a second
constexpr int kMargin = 2;                   // empty voxels around, so that a surface closes where the mask is cut

struct Box {
  Index3 low{0, 0, 0}, high{-1, -1, -1};
  [[nodiscard]] bool empty() const { return high[0] < low[0]; }
};

/// Bounding boxes of the three labels in one pass.
std::array<Box, 4> boxesOf(const LabelVolume& mask) {
  const Index3 size = mask.grid().size;
  std::vector<std::array<Box, 4>> perSlice(static_cast<std::size_t>(size[2]));
  (void)parallelFor(perSlice.size(), 0, {}, [&](std::size_t z) {
    auto& boxes = perSlice[z];
    for (Box& b : boxes) b = {{size[0], size[1], static_cast<int>(z)}, {-1, -1, static_cast<int>(z)}};
    const std::uint8_t* row = mask.slice(static_cast<int>(z));
    for (int y = 0; y < size[1]; ++y, row += size[0])
      for (int x = 0; x < size[0]; ++x) {
        const std::uint8_t label = row[x];
        if (label == 0 || label > 3) continue;
        Box& b = boxes[label];
        b.low[0] = std::min(b.low[0], x), b.high[0] = std::max(b.high[0], x);
        b.low[1] = std::min(b.low[1], y), b.high[1] = std::max(b.high[1], y);
      }
  });
  std::array<Box, 4> all;
  for (const auto& boxes : perSlice)
    for (std::size_t label = 1; label < 4; ++label) {
      const Box& b = boxes[label];
      if (b.empty()) continue;
      Box& a = all[label];
      if (a.empty()) {
        a = b;
        continue;
      }
      for (std::size_t axis = 0; axis < 3; ++axis) a.low[axis] = std::min(a.low[axis], b.low[axis]), a.high[axis] = std::max(a.high[axis], b.high[axis]);
    }
  return all;
}

/// A field of coverage (0 to 1) on blocks of voxels, in index coordinates of the blocks.
struct Field {
  vtkNew<vtkImageData> image;
  Index3 first{0, 0, 0};              ///< scan voxel of the first block
  std::array<int, 3> factor{1, 1, 1};
};

void fillField(const LabelVolume& mask, std::uint8_t label, const Box& box, double blockMm, Field& field) {
  const Grid& grid = mask.grid();
  std::array<int, 3> blocks{};
  for (std::size_t axis = 0; axis < 3; ++axis) {
    field.factor[axis] = blockMm > 0 ? std::max(1, static_cast<int>(std::lround(blockMm / grid.spacingMm[axis]))) : 1;
    field.first[axis] = box.low[axis] - kMargin * field.factor[axis];
    blocks[axis] = (box.high[axis] - field.first[axis]) / field.factor[axis] + 1 + kMargin;
  }
  field.image->SetDimensions(blocks.data());
  field.image->AllocateScalars(VTK_FLOAT, 1);
  auto* values = static_cast<float*>(field.image->GetScalarPointer());
  const std::size_t plane = static_cast<std::size_t>(blocks[0]) * static_cast<std::size_t>(blocks[1]);
  const float unit = 1.0F / static_cast<float>(field.factor[0] * field.factor[1] * field.factor[2]);
  (void)parallelFor(static_cast<std::size_t>(blocks[2]), 0, {}, [&](std::size_t bz) {
    float* to = values + bz * plane;
    std::fill(to, to + plane, 0.0F);
    const int z0 = field.first[2] + static_cast<int>(bz) * field.factor[2];
    for (int z = std::max(z0, box.low[2]); z < std::min(z0 + field.factor[2], box.high[2] + 1); ++z)
      for (int y = box.low[1]; y <= box.high[1]; ++y) {
        const std::uint8_t* row = mask.slice(z) + static_cast<std::ptrdiff_t>(y) * grid.size[0];
        float* line = to + static_cast<std::size_t>((y - field.first[1]) / field.factor[1]) * static_cast<std::size_t>(blocks[0]);
        for (int x = box.low[0]; x <= box.high[0]; ++x)
          if (row[x] == label) line[(x - field.first[0]) / field.factor[0]] += unit;
      }
  });
}

TriangleMesh toMesh(vtkPolyData* surface, std::uint8_t label, const Field& field, const Grid& grid) {
  TriangleMesh mesh;
  mesh.label = label;
  mesh.pointsMm.resize(static_cast<std::size_t>(surface->GetNumberOfPoints()));
  for (std::size_t i = 0; i < mesh.pointsMm.size(); ++i) {
    double p[3];
    surface->GetPoint(static_cast<vtkIdType>(i), p);
    Point3 index;
    // The centre of a block of f voxels lies (f - 1) / 2 voxels behind its first one.
    for (std::size_t axis = 0; axis < 3; ++axis) index[axis] = field.first[axis] + p[axis] * field.factor[axis] + (field.factor[axis] - 1) / 2.0;
    const Point3 mm = toPatient(grid, index);
    mesh.pointsMm[i] = {static_cast<float>(mm[0]), static_cast<float>(mm[1]), static_cast<float>(mm[2])};
  }
  const auto& d = grid.direction;
  const bool mirrored = d[0] * (d[4] * d[8] - d[5] * d[7]) - d[1] * (d[3] * d[8] - d[5] * d[6]) + d[2] * (d[3] * d[7] - d[4] * d[6]) < 0;
  mesh.triangles.reserve(static_cast<std::size_t>(surface->GetNumberOfPolys()));
  vtkCellArray* cells = surface->GetPolys();
  vtkIdType count = 0;
  const vtkIdType* ids = nullptr;
  for (cells->InitTraversal(); cells->GetNextCell(count, ids) != 0;) {
    if (count != 3 || ids[0] == ids[1] || ids[1] == ids[2] || ids[0] == ids[2]) continue;
    std::array<std::uint32_t, 3> t{static_cast<std::uint32_t>(ids[0]), static_cast<std::uint32_t>(ids[1]), static_cast<std::uint32_t>(ids[2])};
    if (mirrored) std::swap(t[1], t[2]);
    mesh.triangles.push_back(t);
  }
  // Outward: the signed volume (divergence theorem) of a closed outward surface is positive.
  double volume = 0;
  for (const auto& t : mesh.triangles) {
    const auto &a = mesh.pointsMm[t[0]], &b = mesh.pointsMm[t[1]], &c = mesh.pointsMm[t[2]];
    volume += a[0] * (static_cast<double>(b[1]) * c[2] - static_cast<double>(b[2]) * c[1]) - a[1] * (static_cast<double>(b[0]) * c[2] - static_cast<double>(b[2]) * c[0]) +
              a[2] * (static_cast<double>(b[0]) * c[1] - static_cast<double>(b[1]) * c[0]);
  }
  if (volume < 0)
    for (auto& t : mesh.triangles) std::swap(t[1], t[2]);
  return mesh;
}

/// @return null if stopped
vtkSmartPointer<vtkPolyData> cut(const Field& field, SurfaceQuality quality, const StopToken& stop) {
  vtkNew<vtkFlyingEdges3D> contour;
  contour->SetInputData(field.image);
  contour->SetValue(0, 0.5);
  contour->ComputeNormalsOff();
  contour->ComputeGradientsOff();
  contour->ComputeScalarsOff();
  contour->Update();
  if (stop.stop_requested()) return nullptr;
  vtkNew<vtkWindowedSincPolyDataFilter> smooth;  // keeps the volume, unlike Laplacian smoothing
  smooth->SetInputConnection(contour->GetOutputPort());
  smooth->SetNumberOfIterations(quality == SurfaceQuality::View ? 12 : 15);
  smooth->SetPassBand(quality == SurfaceQuality::View ? 0.08 : 0.15);
  smooth->BoundarySmoothingOff();
  smooth->FeatureEdgeSmoothingOff();
  smooth->NonManifoldSmoothingOn();
  smooth->NormalizeCoordinatesOn();
  smooth->Update();
  if (stop.stop_requested()) return nullptr;
  vtkSmartPointer<vtkPolyData> surface = smooth->GetOutput();
  const auto triangles = static_cast<std::size_t>(surface->GetNumberOfPolys());
  if (quality == SurfaceQuality::View && triangles > kViewTriangles) {
    vtkNew<vtkQuadricDecimation> decimate;
    decimate->SetInputData(surface);
    decimate->SetTargetReduction(1.0 - static_cast<double>(kViewTriangles) / static_cast<double>(triangles));
    decimate->VolumePreservationOn();
    decimate->Update();
    surface = decimate->GetOutput();
  }
  return stop.stop_requested() ? nullptr : surface;
}

}  // namespace

std::optional<std::vector<TriangleMesh>> extractSurfaces(const LabelVolume& mask, SurfaceQuality quality, const StopToken& stop, const ProgressSink& progress) {
  const auto boxes = boxesOf(mask);
  std::vector<std::uint8_t> labels;
  for (const LabelInfo& info : lungLabels())
    if (!boxes[info.id].empty()) labels.push_back(info.id);
  if (labels.empty()) throw Error(ErrorKind::InvalidInput, "The mask holds no lung, so there is no surface.");
  std::vector<TriangleMesh> meshes(labels.size());
  const Outcome outcome = parallelFor(labels.size(), 0, stop, [&](std::size_t i) {
    Field field;
    fillField(mask, labels[i], boxes[labels[i]], quality == SurfaceQuality::View ? kViewMm : 0, field);
    if (const auto surface = cut(field, quality, stop)) meshes[i] = toMesh(surface, labels[i], field, mask.grid());
    if (progress) progress(static_cast<double>(i + 1) / static_cast<double>(labels.size()), "Surfaces");
  });
  if (outcome == Outcome::Stopped || stop.stop_requested()) return std::nullopt;
  return meshes;
}

}  // namespace pulmo
