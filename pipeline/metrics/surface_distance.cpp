// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/surface_distance.h"

#include <algorithm>
#include <vector>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"
#include "pipeline/metrics/distance_visit.h"

namespace pulmo {
namespace {

constexpr std::uint8_t kReference = 1;
constexpr std::uint8_t kMask = 2;

bool isIn(Region region, std::uint8_t value) {
  switch (region) {
    case Region::Right:
      return value == kRightLung;
    case Region::Left:
      return value == kLeftLung;
    case Region::Both:
      break;
  }
  return value != kBackground;
}

/// Both masks of the region, a bit each, inside the box.
MarkedBox membersOf(const LabelVolume& reference, const LabelVolume& mask, Region region, const VoxelBox& box,
                    int threads, const StopToken& stop) {
  MarkedBox result;
  result.size = box.size();
  result.spacingMm = reference.grid().spacingMm;
  std::array<std::uint8_t, 256> member{};
  for (unsigned value = 0; value < 256; ++value) member[value] = isIn(region, static_cast<std::uint8_t>(value)) ? 1 : 0;
  const auto nx = static_cast<std::size_t>(result.size[0]), ny = static_cast<std::size_t>(result.size[1]);
  const auto nz = static_cast<std::size_t>(result.size[2]);
  result.marks.resize(nx * ny * nz);
  parallelFor(nz, threads, stop, [&](std::size_t z) {
    for (std::size_t y = 0; y < ny; ++y) {
      const Index3 start{box.low[0], box.low[1] + static_cast<int>(y), box.low[2] + static_cast<int>(z)};
      const std::uint8_t* r = reference.voxels().data() + reference.offset(start);
      const std::uint8_t* m = mask.voxels().data() + mask.offset(start);
      std::uint8_t* out = result.marks.data() + nx * (y + ny * z);
      for (std::size_t x = 0; x < nx; ++x)
        out[x] = static_cast<std::uint8_t>(kReference * member[r[x]] | kMask * member[m[x]]);
    }
  });
  return result;
}

/// Distances of all target voxels, row by row, so that sums do not depend on the threads.
std::optional<std::vector<float>> directed(const MarkedBox& box, std::uint8_t from, std::uint8_t to, int threads,
                                           const StopToken& stop) {
  std::vector<std::vector<float>> rows(static_cast<std::size_t>(box.size[1]));
  const auto keep = [&](const Index3& voxel, std::uint8_t, double mm) {
    rows[static_cast<std::size_t>(voxel[1])].push_back(static_cast<float>(mm));
  };
  if (visitDistances(box, to, from, threads, stop, keep) == Outcome::Stopped) return std::nullopt;
  std::vector<float> all;
  for (const auto& row : rows) all.insert(all.end(), row.begin(), row.end());
  return all;
}

double sum(const std::vector<float>& values) {
  double total = 0;
  for (const float v : values) total += static_cast<double>(v);
  return total;
}

/// Linear between ranks, rank 0 the smallest: quantile type 7 of Hyndman & Fan 1996. Reorders. @pre not empty
double percentile95(std::vector<float>& values) {
  const double rank = 0.95 * static_cast<double>(values.size() - 1);
  const auto below = static_cast<std::size_t>(rank);
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(below);
  std::nth_element(values.begin(), at, values.end());
  const double low = static_cast<double>(*at);
  if (below + 1 == values.size()) return low;
  const double high = static_cast<double>(*std::min_element(at + 1, values.end()));
  return low + (rank - static_cast<double>(below)) * (high - low);
}

}  // namespace

std::optional<SurfaceDistance> surfaceDistance(const LabelVolume& reference, const LabelVolume& mask, Region region,
                                               const VoxelBox& box, int threads, const StopToken& stop,
                                               const std::function<void(double)>& tick) {
  const auto done = [&](double share) {
    if (tick) tick(share);
  };
  MarkedBox surfaces = membersOf(reference, mask, region, box, threads, stop);
  const Index3& whole = reference.grid().size;
  surfaces.marks = bordersOf(surfaces, {whole[0] == 1, whole[1] == 1, whole[2] == 1}, threads, stop);
  if (stop.stop_requested()) return std::nullopt;
  done(0.1);
  auto there = directed(surfaces, kReference, kMask, threads, stop);
  if (!there) return std::nullopt;
  done(0.55);
  auto back = directed(surfaces, kMask, kReference, threads, stop);
  if (!back) return std::nullopt;
  SurfaceDistance result;
  result.assdMm = (sum(*there) + sum(*back)) / static_cast<double>(there->size() + back->size());
  result.hd95Mm = std::max(percentile95(*there), percentile95(*back));
  done(1);
  return result;
}

}  // namespace pulmo
