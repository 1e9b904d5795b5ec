// SPDX-License-Identifier: Apache-2.0
#include "pipeline/edit/fill_between.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/distance_map.h"
#include "pipeline/edit/brush.h"

namespace pulmo {
namespace {

/// The axes of a plane's slices: u runs faster in memory than v.
struct PlaneAxes {
  std::size_t normal, u, v;
  explicit PlaneAxes(Orientation plane) : normal(normalAxis(plane)), u(normal == 0 ? 1 : 0), v(normal == 2 ? 1 : 2) {}
  [[nodiscard]] Index3 at(int slice, int a, int b) const {
    Index3 index{};
    index[normal] = slice;
    index[u] = a;
    index[v] = b;
    return index;
  }
};

/// Part of a plane, both corners included.
struct Frame {
  int u0 = 0, v0 = 0, u1 = -1, v1 = -1;
  [[nodiscard]] bool empty() const { return u1 < u0; }
  [[nodiscard]] int width() const { return u1 - u0 + 1; }
  [[nodiscard]] int height() const { return v1 - v0 + 1; }
  void include(int u, int v) {
    if (empty()) {
      *this = {u, v, u, v};
      return;
    }
    u0 = std::min(u0, u), u1 = std::max(u1, u);
    v0 = std::min(v0, v), v1 = std::max(v1, v);
  }
};

Frame frameOf(const LabelVolume& mask, std::uint8_t label, const PlaneAxes& axes, int slice) {
  Frame frame;
  const Index3 n = mask.grid().size;
  for (int v = 0; v < n[axes.v]; ++v)
    for (int u = 0; u < n[axes.u]; ++u)
      if (mask[axes.at(slice, u, v)] == label) frame.include(u, v);
  return frame;
}

/// Signed distance in mm to the outline, negative inside: to the nearest centre on the other side.
std::vector<float> signedDistances(const LabelVolume& mask, std::uint8_t label, const PlaneAxes& axes, int slice,
                                   const Frame& frame) {
  std::vector<std::uint8_t> inside, outside;
  for (int v = frame.v0; v <= frame.v1; ++v)
    for (int u = frame.u0; u <= frame.u1; ++u) {
      const bool in = mask[axes.at(slice, u, v)] == label;
      inside.push_back(in ? 1 : 0);
      outside.push_back(in ? 0 : 1);
    }
  const Point3& mm = mask.grid().spacingMm;
  const Index3 size{frame.width(), frame.height(), 1};
  const Point3 planeMm{mm[axes.u], mm[axes.v], 1};
  const double limit = std::hypot(size[0] * planeMm[0], size[1] * planeMm[1]);
  std::vector<float> distances = squaredDistances(inside.data(), size, planeMm, limit, 1);
  const std::vector<float> depths = squaredDistances(outside.data(), size, planeMm, limit, 1);
  for (std::size_t i = 0; i < distances.size(); ++i)
    distances[i] = inside[i] != 0 ? -std::sqrt(depths[i]) : std::sqrt(distances[i]);
  return distances;
}

/// The slices strictly between two that are given.
void interpolate(const LabelVolume& mask, std::uint8_t label, const PlaneAxes& axes, int from, int to,
                 LabelVolume& result) {
  Frame frame = frameOf(mask, label, axes, from);
  const Frame second = frameOf(mask, label, axes, to);
  frame.include(second.u0, second.v0);
  frame.include(second.u1, second.v1);
  const Index3 n = mask.grid().size;
  // A voxel of margin, so that every shape has an outside.
  frame = {std::max(0, frame.u0 - 1), std::max(0, frame.v0 - 1), std::min(n[axes.u] - 1, frame.u1 + 1),
           std::min(n[axes.v] - 1, frame.v1 + 1)};
  const std::vector<float> a = signedDistances(mask, label, axes, from, frame);
  const std::vector<float> b = signedDistances(mask, label, axes, to, frame);
  for (int slice = from + 1; slice < to; ++slice) {
    const float weight = static_cast<float>(slice - from) / static_cast<float>(to - from);
    for (int v = 0; v < n[axes.v]; ++v)
      for (int u = 0; u < n[axes.u]; ++u) {
        std::uint8_t& voxel = result[axes.at(slice, u, v)];
        if (voxel != label && voxel != 0) continue;
        bool in = u >= frame.u0 && u <= frame.u1 && v >= frame.v0 && v <= frame.v1;
        if (in) {
          const auto i = static_cast<std::size_t>(v - frame.v0) * static_cast<std::size_t>(frame.width()) +
                         static_cast<std::size_t>(u - frame.u0);
          in = (1 - weight) * a[i] + weight * b[i] < 0;
        }
        voxel = in ? label : std::uint8_t{0};
      }
  }
}

}  // namespace

std::vector<int> labelledSlices(const LabelVolume& mask, std::uint8_t label, Orientation plane) {
  const std::size_t axis = normalAxis(plane);
  const Index3 n = mask.grid().size;
  std::vector<bool> holds(static_cast<std::size_t>(n[axis]), false);
  Index3 i{0, 0, 0};
  for (i[2] = 0; i[2] < n[2]; ++i[2])
    for (i[1] = 0; i[1] < n[1]; ++i[1]) {
      const std::uint8_t* row = mask.slice(i[2]) + mask.offset({0, i[1], 0});
      if (axis == 0) {
        for (std::size_t x = 0; x < holds.size(); ++x)
          if (row[x] == label) holds[x] = true;
      } else if (const auto at = static_cast<std::size_t>(i[axis]); !holds[at]) {
        holds[at] = std::find(row, row + n[0], label) != row + n[0];
      }
    }
  std::vector<int> slices;
  for (std::size_t s = 0; s < holds.size(); ++s)
    if (holds[s]) slices.push_back(static_cast<int>(s));
  return slices;
}

std::optional<MaskDifference> fillBetween(const LabelVolume& mask, std::uint8_t label, Orientation plane,
                                          std::vector<int> slices, const StopToken& stop,
                                          const ProgressSink& progress) {
  const PlaneAxes axes(plane);
  const int count = mask.grid().size[axes.normal];
  std::sort(slices.begin(), slices.end());
  slices.erase(std::unique(slices.begin(), slices.end()), slices.end());
  std::erase_if(slices, [&](int s) { return s < 0 || s >= count || frameOf(mask, label, axes, s).empty(); });
  if (slices.size() < 2)
    throw Error(ErrorKind::InvalidInput, "Filling between slices needs the label drawn on at least two of them.");
  LabelVolume result = mask;
  for (std::size_t i = 1; i < slices.size(); ++i) {
    if (stop.stop_requested()) return std::nullopt;
    if (progress) progress(static_cast<double>(i - 1) / static_cast<double>(slices.size() - 1), "Filling slices");
    if (slices[i] > slices[i - 1] + 1) interpolate(mask, label, axes, slices[i - 1], slices[i], result);
  }
  return differenceBetween(mask, result);
}

}  // namespace pulmo
