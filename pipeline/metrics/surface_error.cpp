// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/surface_error.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/metrics/overlap.h"
#include "pipeline/metrics/voxel_pyramid.h"

namespace pulmo {
namespace {

constexpr std::uint8_t kInside = 1, kOutside = 2;
constexpr std::size_t kChunk = 256;  // points between two looks at the stop token

/// The lung and a voxel around it; what lies beyond the picture is outside.
MarkedBox markLung(const LabelVolume& mask, std::uint8_t label, const VoxelBox& box, int threads,
                   const StopToken& stop) {
  MarkedBox result;
  for (std::size_t k = 0; k < 3; ++k) result.size[k] = box.size()[k] + 2;
  result.spacingMm = mask.grid().spacingMm;
  const auto nx = static_cast<std::size_t>(result.size[0]), ny = static_cast<std::size_t>(result.size[1]);
  const auto nz = static_cast<std::size_t>(result.size[2]);
  result.marks.assign(nx * ny * nz, kOutside);
  parallelFor(nz - 2, threads, stop, [&](std::size_t z) {
    for (std::size_t y = 0; y + 2 < ny; ++y) {
      const std::uint8_t* in = mask.voxels().data() + mask.offset({box.low[0], box.low[1] + static_cast<int>(y),
                                                                   box.low[2] + static_cast<int>(z)});
      std::uint8_t* out = result.marks.data() + 1 + nx * (y + 1 + ny * (z + 1));
      for (std::size_t x = 0; x + 2 < nx; ++x) {
        const bool lung = label == kLungUnsided ? in[x] != kBackground : in[x] == label;
        out[x] = lung ? kInside : kOutside;
      }
    }
  });
  return result;
}

Region regionOf(std::uint8_t label) {
  return label == kRightLung ? Region::Right : label == kLeftLung ? Region::Left : Region::Both;
}

}  // namespace

std::optional<std::vector<float>> surfaceErrorMm(const TriangleMesh& surface, SurfaceOf of, const LabelVolume& other,
                                                 int threads, const StopToken& stop) {
  const auto survey = surveyPair(other, other, threads, stop);
  if (!survey) return std::nullopt;
  std::uint8_t label = survey->maskTellsSides() ? surface.label : kLungUnsided;
  if (regionOf(label) == Region::Both) label = kLungUnsided;
  const VoxelBox& box = survey->box(regionOf(label));
  std::vector<float> errors;
  if (box.empty()) return errors;
  const VoxelPyramid voxels(markLung(other, label, box, threads, stop), threads, stop);
  if (stop.stop_requested()) return std::nullopt;
  const Grid& grid = other.grid();
  errors.resize(surface.pointsMm.size());
  const std::size_t chunks = (errors.size() + kChunk - 1) / kChunk;
  const Outcome outcome = parallelFor(chunks, threads, stop, [&](std::size_t chunk) {
    const std::size_t end = std::min(errors.size(), (chunk + 1) * kChunk);
    for (std::size_t i = chunk * kChunk; i < end; ++i) {
      const auto& p = surface.pointsMm[i];
      Point3 at =
          toIndex(grid, Point3{static_cast<double>(p[0]), static_cast<double>(p[1]), static_cast<double>(p[2])});
      for (std::size_t k = 0; k < 3; ++k) at[k] = (at[k] - box.low[k] + 1) * grid.spacingMm[k];
      const bool inside = voxels.marksAt(at) == kInside;
      const double mm = voxels.distanceMm(at, inside ? kOutside : kInside);
      const bool added = inside == (of == SurfaceOf::Reference);
      errors[i] = static_cast<float>(added ? mm : -mm);
    }
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  return errors;
}

double errorScaleMm(const std::vector<std::vector<float>>& errors) {
  constexpr double kShareInside = 0.99;  // of the points: a few stray ones would grey all the others
  constexpr std::array<double, 7> kLimits{5, 10, 15, 20, 25, 30, 50};
  std::vector<float> sizes;
  for (const auto& lung : errors)
    for (const float mm : lung)
      if (std::isfinite(mm)) sizes.push_back(std::abs(mm));
  if (sizes.empty()) return kLimits.front();
  const auto at = sizes.begin() + static_cast<std::ptrdiff_t>(kShareInside * static_cast<double>(sizes.size() - 1));
  std::nth_element(sizes.begin(), at, sizes.end());
  const auto* limit = std::find_if(kLimits.begin(), kLimits.end(), [&](double mm) { return mm >= *at; });
  return limit == kLimits.end() ? kLimits.back() : *limit;
}

}  // namespace pulmo
