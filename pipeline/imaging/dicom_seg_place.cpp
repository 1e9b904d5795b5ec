// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/dicom_seg_place.h"

#include <algorithm>
#include <cmath>
#include <string>

#include "pipeline/core/error.h"
#include "pipeline/core/point_math.h"

namespace pulmo {

namespace {

constexpr double kAlong = 0.3;   // of the distance between slices: headers round positions, some to 0.1 mm
constexpr double kWithin = 0.1;  // pixels
constexpr int kSlicesPerFrame = 8;
constexpr std::uint64_t kMostVoxels = std::uint64_t{1} << 31;

Point3 axisOf(const Grid& grid, std::size_t axis) {
  return {grid.direction[axis], grid.direction[3 + axis], grid.direction[6 + axis]};
}

/// Whether pixels laid out as the frame says stay within kWithin of those along the axes, as far as the last one.
bool runsAlong(const SegFrame& frame, const Grid& grid, int columns, int rows) {
  const auto drift = [&](const Point3& direction, double spacing, std::size_t axis, int count) {
    const Point3 along = axisOf(grid, axis);
    const double unit = grid.spacingMm[axis];
    const Point3 step{direction[0] * spacing - along[0] * unit, direction[1] * spacing - along[1] * unit,
                      direction[2] * spacing - along[2] * unit};
    return std::sqrt(dot(step, step)) * (count - 1) / unit;
  };
  return drift(frame.rowDirection, frame.pixelSpacingMm[0], 0, columns) < kWithin &&
         drift(frame.columnDirection, frame.pixelSpacingMm[1], 1, rows) < kWithin;
}

}  // namespace

FramePlaces::FramePlaces(const SourceGeometry& source) : grid_(source.grid), regular_(!source.resampled) {
  const auto slices = static_cast<std::size_t>(grid_.size[2]);
  if (source.dicom && source.dicom->slices.size() == slices)
    for (const DicomSource::Slice& slice : source.dicom->slices) originsMm_.push_back(slice.positionMm);
  else if (source.resampled)
    originsMm_ = source.sliceOriginsMm;
  else
    for (int k = 0; k < grid_.size[2]; ++k) originsMm_.push_back(toPatient(grid_, Index3{0, 0, k}));
}

std::optional<FramePlace> FramePlaces::of(const SegFrame& frame, int columns, int rows) const {
  if (auto place = onSlice(frame, columns, rows)) return place;
  return regular_ ? onVoxels(frame, columns, rows) : std::nullopt;
}

std::optional<FramePlace> FramePlaces::onSlice(const SegFrame& frame, int columns, int rows) const {
  if (columns != grid_.size[0] || rows != grid_.size[1] || !runsAlong(frame, grid_, columns, rows)) return std::nullopt;
  const Point3 normal = axisOf(grid_, 2);
  const auto height = [&](std::size_t k) { return dot(minus(frame.positionMm, originsMm_[k]), normal); };
  std::size_t nearest = 0;
  for (std::size_t k = 1; k < originsMm_.size(); ++k)
    if (std::abs(height(k)) < std::abs(height(nearest))) nearest = k;
  double gap = grid_.spacingMm[2];  // to the nearer neighbour
  for (const std::size_t other : {nearest - 1, nearest + 1})
    if (other < originsMm_.size())
      gap = std::min(gap, std::abs(dot(minus(originsMm_[other], originsMm_[nearest]), normal)));
  const Point3 off = minus(frame.positionMm, originsMm_[nearest]);
  if (!(std::abs(height(nearest)) <= kAlong * gap) ||
      !(std::abs(dot(off, axisOf(grid_, 0))) <= kWithin * grid_.spacingMm[0]) ||
      !(std::abs(dot(off, axisOf(grid_, 1))) <= kWithin * grid_.spacingMm[1]))
    return std::nullopt;
  return FramePlace{static_cast<std::ptrdiff_t>(nearest) * columns * rows, {1, columns}};
}

std::optional<FramePlace> FramePlaces::onVoxels(const SegFrame& frame, int columns, int rows) const {
  const auto away = [&](int column, int row) {
    Point3 p = frame.positionMm;
    for (std::size_t k = 0; k < 3; ++k)
      p[k] += frame.rowDirection[k] * frame.pixelSpacingMm[0] * column +
              frame.columnDirection[k] * frame.pixelSpacingMm[1] * row;
    return toIndex(grid_, p);
  };
  // The corners: where three of them lie on voxels, all pixels between them do.
  const auto voxelOf = [&](int column, int row) -> std::optional<Index3> {
    const Point3 at = away(column, row);
    Index3 voxel{};
    for (std::size_t k = 0; k < 3; ++k) {
      if (!(at[k] > -0.5) || !(at[k] < grid_.size[k] - 0.5)) return std::nullopt;
      voxel[k] = static_cast<int>(std::lround(at[k]));
      if (std::abs(at[k] - voxel[k]) > kWithin) return std::nullopt;
    }
    return voxel;
  };
  const auto first = voxelOf(0, 0), right = voxelOf(columns - 1, 0), below = voxelOf(0, rows - 1);
  if (!first || !right || !below || !voxelOf(columns - 1, rows - 1)) return std::nullopt;
  const std::array<std::ptrdiff_t, 3> stride{1, grid_.size[0],
                                             static_cast<std::ptrdiff_t>(grid_.size[0]) * grid_.size[1]};
  const auto offset = [&](const Index3& v) { return v[0] * stride[0] + v[1] * stride[1] + v[2] * stride[2]; };
  const auto stepTo = [&](const Index3& corner, int count) -> std::optional<std::ptrdiff_t> {
    if (count == 1) return 0;
    int axes = 0;
    for (std::size_t k = 0; k < 3; ++k) {
      const int run = corner[k] - (*first)[k];
      if (run != 0 && std::abs(run) != count - 1) return std::nullopt;  // pixels larger or smaller than the voxels
      axes += run != 0;
    }
    if (axes != 1) return std::nullopt;
    return (offset(corner) - offset(*first)) / (count - 1);
  };
  const auto stepX = stepTo(*right, columns), stepY = stepTo(*below, rows);
  if (!stepX || !stepY) return std::nullopt;
  return FramePlace{offset(*first), {*stepX, *stepY}};
}

Grid gridOfFrames(const SegHeader& header, const std::string& name) {
  const SegFrame& first = header.frames.front();
  const Point3 normal = cross(first.rowDirection, first.columnDirection);
  Grid grid;
  for (std::size_t row = 0; row < 3; ++row) {
    grid.direction[3 * row] = first.rowDirection[row];
    grid.direction[3 * row + 1] = first.columnDirection[row];
    grid.direction[3 * row + 2] = normal[row];
  }
  grid.size = {header.columns, header.rows, 1};
  grid.spacingMm = {first.pixelSpacingMm[0], first.pixelSpacingMm[1], 1};
  std::vector<double> heights;
  const SegFrame* lowest = &first;
  for (const SegFrame& frame : header.frames) {
    if (!runsAlong(frame, grid, header.columns, header.rows))
      throw Error(ErrorKind::InvalidInput, "The frames of " + name + " are turned against each other.");
    heights.push_back(dot(frame.positionMm, normal));
    if (heights.back() < dot(lowest->positionMm, normal)) lowest = &frame;
  }
  std::sort(heights.begin(), heights.end());
  double spacing = header.spacingMm;
  std::size_t places = 1;
  for (std::size_t i = 1; i < heights.size(); ++i) {
    const double gap = heights[i] - heights[i - 1];
    if (gap < 0.01) continue;
    ++places;
    if (header.spacingMm <= 0 && (spacing <= 0 || gap < spacing)) spacing = gap;
  }
  if (!(spacing > 1e-3)) spacing = 1;
  const double steps = std::round((heights.back() - heights.front()) / spacing);
  const double most = static_cast<double>(places) * kSlicesPerFrame;
  const auto area = static_cast<std::uint64_t>(header.columns) * static_cast<std::uint64_t>(header.rows);
  if (!(steps < most) || area * static_cast<std::uint64_t>(steps + 1) > kMostVoxels)
    throw Error(ErrorKind::InvalidInput, "The frames of " + name + " lie too far apart to make a volume.");
  grid.spacingMm[2] = spacing;
  grid.size[2] = static_cast<int>(steps) + 1;
  grid.originMm = lowest->positionMm;
  return grid;
}

}  // namespace pulmo
