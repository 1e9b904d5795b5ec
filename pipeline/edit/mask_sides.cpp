// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/mask_sides.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "pipeline/core/label_set.h"
#include "pipeline/edit/brush.h"
#include "pipeline/edit/brush_rows.h"

namespace pulmo {
namespace {

using Point2 = std::array<double, 2>;

Point2 minus(const Point2& a, const Point2& b) {
  return {a[0] - b[0], a[1] - b[1]};
}
double cross(const Point2& a, const Point2& b) {
  return a[0] * b[1] - a[1] * b[0];
}
double dot(const Point2& a, const Point2& b) {
  return a[0] * b[0] + a[1] * b[1];
}

/// Tells on which side of a line of pieces a point lies; the first and the last piece have no outer end.
class SideOfLine {
 public:
  explicit SideOfLine(const std::vector<Point2>& points) {
    for (const Point2& p : points)
      if (points_.empty() || p != points_.back()) points_.push_back(p);
    if (points_.size() < 2) throw Error(ErrorKind::InvalidInput, "The line that is to divide the lungs has no length.");
  }

  /// > 0 on its left hand (u to v), < 0 on the other.
  [[nodiscard]] double of(const Point2& p) const {
    double nearest = std::numeric_limits<double>::infinity(), side = 0;
    for (std::size_t i = 0; i + 1 < points_.size(); ++i) {
      const Point2 d = minus(points_[i + 1], points_[i]), w = minus(p, points_[i]);
      double t = dot(w, d) / dot(d, d);
      if (i > 0) t = std::max(t, 0.0);
      if (i + 2 < points_.size()) t = std::min(t, 1.0);
      const Point2 off{w[0] - t * d[0], w[1] - t * d[1]};
      const double away = dot(off, off);
      const double normal = cross(d, w) / std::sqrt(dot(d, d));
      if (away < nearest * (1 - 1e-12)) {
        nearest = away;
        side = normal;
      } else if (away <= nearest * (1 + 1e-12)) {
        side += normal;  // nearest to a corner: the side of both pieces together (Baerentzen & Aanaes 2005)
      }
    }
    return side;
  }

 private:
  std::vector<Point2> points_;
};

/// Gives the two parts of the lungs their side. `part` says which a voxel belongs to.
template <class Part>
std::optional<MaskDifference> labelParts(const LabelVolume& mask, const StopToken& stop, const ProgressSink& progress,
                                         const Part& part) {
  LabelVolume result = mask;
  const Index3 n = mask.grid().size;
  std::array<double, 2> sumX{0, 0}, voxels{0, 0};
  for (int z = 0; z < n[2]; ++z) {
    if (stop.stop_requested()) return std::nullopt;
    if (progress) progress(static_cast<double>(z) / n[2], "Telling the sides apart");
    for (int y = 0; y < n[1]; ++y)
      for (int x = 0; x < n[0]; ++x) {
        std::uint8_t& voxel = result[{x, y, z}];
        if (voxel == 0) continue;
        const bool second = part(x, y, z);
        sumX[second ? 1 : 0] += x;
        voxels[second ? 1 : 0] += 1;
        voxel = second ? kLeftLung : kRightLung;
      }
  }
  if (voxels[0] == 0 || voxels[1] == 0)
    throw Error(ErrorKind::InvalidInput, "The cut does not divide the lungs: all of them lie on one side of it.");
  // The grid is canonical: x runs to the patient's left.
  if (sumX[0] / voxels[0] > sumX[1] / voxels[1])
    for (std::uint8_t& voxel : result.voxels())
      if (voxel != 0) voxel = voxel == kLeftLung ? kRightLung : kLeftLung;
  return differenceBetween(mask, result);
}

}  // namespace

MaskDifference swapSides(const LabelVolume& mask) {
  LabelVolume result = mask;
  for (std::uint8_t& voxel : result.voxels()) {
    if (voxel == kRightLung)
      voxel = kLeftLung;
    else if (voxel == kLeftLung)
      voxel = kRightLung;
  }
  return differenceBetween(mask, result);
}

std::optional<MaskDifference> splitSides(const LabelVolume& mask, const DrawnLine& line, const StopToken& stop,
                                         const ProgressSink& progress) {
  if (line.plane == Orientation::Sagittal)
    throw Error(ErrorKind::InvalidInput,
                "A line in a sagittal slice cannot tell right from left: draw it in an axial or a coronal one.");
  const std::size_t v = line.plane == Orientation::Axial ? 1 : 2;
  const Grid& grid = mask.grid();
  std::vector<Point2> points;
  for (const Point3& p : line.points) points.push_back({p[0] * grid.spacingMm[0], p[v] * grid.spacingMm[v]});
  const SideOfLine side(points);
  const auto width = static_cast<std::size_t>(grid.size[0]);
  std::vector<std::uint8_t> second(width * static_cast<std::size_t>(grid.size[v]));
  for (std::size_t i = 0; i < second.size(); ++i)
    second[i] = side.of({static_cast<double>(i % width) * grid.spacingMm[0],
                         static_cast<double>(i / width) * grid.spacingMm[v]}) > 0
                    ? 1
                    : 0;
  return labelParts(mask, stop, progress, [&](int x, int y, int z) {
    return second[static_cast<std::size_t>(x) + width * static_cast<std::size_t>(v == 1 ? y : z)] != 0;
  });
}

std::optional<MaskDifference> splitSides(const LabelVolume& mask, const Point3& onPlaneMm, const Point3& normal,
                                         const StopToken& stop, const ProgressSink& progress) {
  if (!(std::hypot(normal[0], normal[1], normal[2]) > 0))
    throw Error(ErrorKind::InvalidInput, "The plane that is to divide the lungs has no direction.");
  // Height above the plane is linear in the voxel index.
  const Grid& grid = mask.grid();
  const auto heightOf = [&](const Point3& index) {
    const Point3 p = toPatient(grid, index);
    double height = 0;
    for (std::size_t k = 0; k < 3; ++k) height += (p[k] - onPlaneMm[k]) * normal[k];
    return height;
  };
  const double base = heightOf({0, 0, 0});
  const Point3 step{heightOf({1, 0, 0}) - base, heightOf({0, 1, 0}) - base, heightOf({0, 0, 1}) - base};
  return labelParts(mask, stop, progress,
                    [&](int x, int y, int z) { return base + x * step[0] + y * step[1] + z * step[2] > 0; });
}

std::optional<MaskDifference> cutAlong(const LabelVolume& mask, const DrawnLine& line, double widthMm,
                                       std::optional<int> slice, std::optional<std::uint8_t> label,
                                       const StopToken& stop, const ProgressSink& progress) {
  if (line.points.size() < 2) throw Error(ErrorKind::InvalidInput, "A cut needs a line of at least two points.");
  if (!(widthMm >= 0)) throw Error(ErrorKind::InvalidInput, "The width of a cut is negative.");
  const std::size_t normal = normalAxis(line.plane);
  const int count = mask.grid().size[normal];
  LabelVolume result = mask;
  for (int s = slice.value_or(0); s <= slice.value_or(count - 1); ++s) {
    if (stop.stop_requested()) return std::nullopt;
    if (progress) progress(static_cast<double>(s) / count, "Cutting");
    for (std::size_t i = 0; i + 1 < line.points.size(); ++i) {
      Point3 from = line.points[i], to = line.points[i + 1];
      from[normal] = to[normal] = s;
      BrushRows(mask.grid(), from, to, widthMm / 2, normal).visit([&](int y, int z, int x0, int x1) {
        std::uint8_t* row = result.voxels().data() + result.offset({0, y, z});
        for (int x = x0; x <= x1; ++x)
          if (!label || row[x] == *label) row[x] = 0;
      });
    }
  }
  return differenceBetween(mask, result);
}

}  // namespace pulmo
