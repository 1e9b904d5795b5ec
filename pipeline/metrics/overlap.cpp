// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/overlap.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"

namespace pulmo {
namespace {

constexpr unsigned kUnknownSide = kLungUnsided;

unsigned known(std::uint8_t value) {
  return std::min<unsigned>(value, kUnknownSide);
}

/// Bit of a value; which of them make a region is `regionBits`.
std::uint8_t bitOf(unsigned value) {
  return static_cast<std::uint8_t>(1U << value);
}

constexpr std::array<unsigned, 3> kRegionBits{1U << kRightLung, 1U << kLeftLung, 0xEU};

bool isEmptyRow(const std::uint8_t* row, std::size_t count) {
  return row[0] == 0 && (count == 1 || std::memcmp(row, row + 1, count - 1) == 0);
}

/// One slice's share of the survey.
struct SliceSurvey {
  std::array<std::uint64_t, 16> pairs{};
  std::array<VoxelBox, 3> boxes;
};

VoxelBox boxOf(unsigned regionBits, const std::vector<std::uint8_t>& columns, const std::vector<std::uint8_t>& rows,
               int z) {
  const auto seen = [regionBits](std::uint8_t bits) { return (bits & regionBits) != 0; };
  const auto firstX = std::find_if(columns.begin(), columns.end(), seen);
  if (firstX == columns.end()) return {};
  const auto lastX = std::find_if(columns.rbegin(), columns.rend(), seen);
  const auto firstY = std::find_if(rows.begin(), rows.end(), seen);
  const auto lastY = std::find_if(rows.rbegin(), rows.rend(), seen);
  VoxelBox box;
  box.low = {static_cast<int>(firstX - columns.begin()), static_cast<int>(firstY - rows.begin()), z};
  box.high = {static_cast<int>(columns.rend() - lastX) - 1, static_cast<int>(rows.rend() - lastY) - 1, z};
  return box;
}

SliceSurvey surveySlice(const std::uint8_t* reference, const std::uint8_t* mask, std::size_t nx, std::size_t ny,
                        int z) {
  SliceSurvey result;
  std::vector<std::uint8_t> columns(nx, 0), rows(ny, 0);
  for (std::size_t y = 0; y < ny; ++y) {
    const std::uint8_t* r = reference + nx * y;
    const std::uint8_t* m = mask + nx * y;
    if (isEmptyRow(r, nx) && isEmptyRow(m, nx)) {
      result.pairs[0] += nx;
      continue;
    }
    unsigned rowBits = 0;
    for (std::size_t x = 0; x < nx; ++x) {
      const unsigned a = known(r[x]), b = known(m[x]);
      ++result.pairs[4 * a + b];
      const unsigned bits = bitOf(a) | bitOf(b);
      columns[x] = static_cast<std::uint8_t>(columns[x] | bits);
      rowBits |= bits;
    }
    rows[y] = static_cast<std::uint8_t>(rowBits);
  }
  for (std::size_t region = 0; region < 3; ++region)
    result.boxes[region] = boxOf(kRegionBits[region], columns, rows, z);
  return result;
}

std::optional<double> ratio(double part, double whole) {
  if (whole <= 0) return std::nullopt;
  return part / whole;
}

}  // namespace

bool PairSurvey::referenceTellsSides() const {
  return std::all_of(voxels[kUnknownSide].begin(), voxels[kUnknownSide].end(), [](auto n) { return n == 0; });
}

bool PairSurvey::maskTellsSides() const {
  return std::all_of(voxels.begin(), voxels.end(), [](const auto& row) { return row[kUnknownSide] == 0; });
}

OverlapCounts PairSurvey::counts(Region region) const {
  const unsigned bits = kRegionBits[static_cast<std::size_t>(region)];
  OverlapCounts result;
  for (unsigned a = 0; a < 4; ++a) {
    for (unsigned b = 0; b < 4; ++b) {
      const bool inReference = (bits & bitOf(a)) != 0, inMask = (bits & bitOf(b)) != 0;
      const std::uint64_t n = voxels[a][b];
      result.total += n;
      if (inReference) result.reference += n;
      if (inMask) result.mask += n;
      if (inReference && inMask) result.common += n;
    }
  }
  return result;
}

std::optional<PairSurvey> surveyPair(const LabelVolume& reference, const LabelVolume& mask, int threads,
                                     const StopToken& stop) {
  const Index3 size = reference.grid().size;
  const auto nx = static_cast<std::size_t>(size[0]), ny = static_cast<std::size_t>(size[1]);
  std::vector<SliceSurvey> slices(static_cast<std::size_t>(size[2]));
  const Outcome outcome = parallelFor(nx * ny > 0 ? slices.size() : 0, threads, stop, [&](std::size_t z) {
    const int slice = static_cast<int>(z);
    slices[z] = surveySlice(reference.slice(slice), mask.slice(slice), nx, ny, slice);
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  PairSurvey result;
  for (const SliceSurvey& slice : slices) {
    for (unsigned pair = 0; pair < 16; ++pair) result.voxels[pair / 4][pair % 4] += slice.pairs[pair];
    for (std::size_t region = 0; region < 3; ++region) result.boxes[region].include(slice.boxes[region]);
  }
  return result;
}

LabelMetrics overlapFigures(const OverlapCounts& counts) {
  const auto reference = static_cast<double>(counts.reference);
  const auto mask = static_cast<double>(counts.mask);
  const auto common = static_cast<double>(counts.common);
  const auto total = static_cast<double>(counts.total);
  LabelMetrics figures;
  figures.dice = ratio(2 * common, reference + mask);
  figures.jaccard = ratio(common, reference + mask - common);
  figures.sensitivity = ratio(common, reference);
  figures.precision = ratio(common, mask);
  figures.specificity = ratio(total - reference - mask + common, total - reference);
  return figures;
}

}  // namespace pulmo
