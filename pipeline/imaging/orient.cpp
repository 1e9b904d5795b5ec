// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/orient.h"

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <utility>

namespace pulmo {

bool CanonicalTurn::isIdentity() const {
  return from == std::array<std::size_t, 3>{0, 1, 2} && flip == std::array<bool, 3>{false, false, false};
}

CanonicalTurn canonicalTurn(const Grid& source) {
  const auto& d = source.direction;
  const double det =
      d[0] * (d[4] * d[8] - d[5] * d[7]) - d[1] * (d[3] * d[8] - d[5] * d[6]) + d[2] * (d[3] * d[7] - d[4] * d[6]);
  if (!(std::abs(det) > 1e-3))
    throw Error(ErrorKind::InvalidInput, "The scan's axes do not span a volume (its direction is singular).");
  // Of the six pairings of source axes with patient axes, the one with the largest total cosine.
  constexpr std::array<std::array<std::size_t, 3>, 6> kPairings{
      {{0, 1, 2}, {0, 2, 1}, {1, 0, 2}, {1, 2, 0}, {2, 0, 1}, {2, 1, 0}}};
  CanonicalTurn best;
  double bestSum = -1;
  for (const auto& pairing : kPairings) {
    double sum = 0;
    for (std::size_t c = 0; c < 3; ++c) sum += std::abs(d[3 * c + pairing[c]]);
    if (sum <= bestSum + 1e-9) continue;
    bestSum = sum;
    best.from = pairing;
  }
  for (std::size_t c = 0; c < 3; ++c) best.flip[c] = d[3 * c + best.from[c]] < 0;
  return best;
}

Grid turnedGrid(const Grid& source, const CanonicalTurn& turn) {
  Grid grid = source;
  Index3 first{0, 0, 0};  // the source voxel that becomes (0, 0, 0)
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t s = turn.from[c];
    grid.size[c] = source.size[s];
    grid.spacingMm[c] = source.spacingMm[s];
    if (turn.flip[c]) first[s] = source.size[s] - 1;
    for (std::size_t row = 0; row < 3; ++row)
      grid.direction[3 * row + c] =
          (turn.flip[c] ? -1 : 1) * source.direction[3 * row + s] + 0.0;  // + 0.0: no minus zero
  }
  grid.originMm = toPatient(source, first);
  return grid;
}

namespace {

/// For each canonical axis, the step in the source's memory, and where to begin.
struct Walk {
  std::array<std::ptrdiff_t, 3> step{};
  std::ptrdiff_t start = 0;
};

Walk walkOf(const Index3& sourceSize, const CanonicalTurn& turn) {
  const std::array<std::ptrdiff_t, 3> stride{1, sourceSize[0],
                                             static_cast<std::ptrdiff_t>(sourceSize[0]) * sourceSize[1]};
  Walk walk;
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t s = turn.from[c];
    walk.step[c] = turn.flip[c] ? -stride[s] : stride[s];
    if (turn.flip[c]) walk.start += stride[s] * (sourceSize[s] - 1);
  }
  return walk;
}

template <class Visit>
void forEachVoxel(const Index3& canonicalSize, const Walk& walk, Visit visit) {
  std::size_t target = 0;
  for (int z = 0; z < canonicalSize[2]; ++z)
    for (int y = 0; y < canonicalSize[1]; ++y) {
      std::ptrdiff_t at = walk.start + z * walk.step[2] + y * walk.step[1];
      for (int x = 0; x < canonicalSize[0]; ++x, at += walk.step[0]) visit(target++, static_cast<std::size_t>(at));
    }
}

/// Turns axes backwards where they are: no second volume.
template <class Voxel>
void flipInPlace(Volume<Voxel>& volume, const std::array<bool, 3>& flip) {
  const Index3& size = volume.grid().size;
  const auto nx = static_cast<std::ptrdiff_t>(size[0]);
  const std::ptrdiff_t plane = nx * size[1];
  if (flip[2])
    for (int low = 0, high = size[2] - 1; low < high; ++low, --high)
      std::swap_ranges(volume.slice(low), volume.slice(low) + plane, volume.slice(high));
  if (!flip[0] && !flip[1]) return;
  for (int z = 0; z < size[2]; ++z) {
    Voxel* slice = volume.slice(z);
    if (flip[0] && flip[1]) {
      std::reverse(slice, slice + plane);
    } else if (flip[0]) {
      for (int y = 0; y < size[1]; ++y) std::reverse(slice + y * nx, slice + (y + 1) * nx);
    } else {
      for (int low = 0, high = size[1] - 1; low < high; ++low, --high)
        std::swap_ranges(slice + low * nx, slice + (low + 1) * nx, slice + high * nx);
    }
  }
}

}  // namespace

template <class Voxel>
Volume<Voxel> turned(Volume<Voxel>&& source, const CanonicalTurn& turn) {
  const Grid grid = turnedGrid(source.grid(), turn);
  if (turn.from == std::array<std::size_t, 3>{0, 1, 2}) {
    Volume<Voxel> result = std::move(source);
    flipInPlace(result, turn.flip);
    result.setGrid(grid);
    return result;
  }
  Volume<Voxel> result(grid);
  forEachVoxel(grid.size, walkOf(source.grid().size, turn),
               [&](std::size_t to, std::size_t from) { result.voxels()[to] = source.voxels()[from]; });
  source = {};
  return result;
}

template <class Voxel>
Volume<Voxel> turnedBack(const Volume<Voxel>& canonical, const Grid& source, const CanonicalTurn& turn) {
  if (turnedGrid(source, turn).size != canonical.grid().size)
    throw Error(ErrorKind::Internal, "A volume cannot go back to a grid of another size.");
  Volume<Voxel> result(source);
  forEachVoxel(canonical.grid().size, walkOf(source.size, turn),
               [&](std::size_t from, std::size_t to) { result.voxels()[to] = canonical.voxels()[from]; });
  return result;
}

template Volume<std::int16_t> turned(Volume<std::int16_t>&&, const CanonicalTurn&);
template Volume<std::uint8_t> turned(Volume<std::uint8_t>&&, const CanonicalTurn&);
template Volume<std::int16_t> turnedBack(const Volume<std::int16_t>&, const Grid&, const CanonicalTurn&);
template Volume<std::uint8_t> turnedBack(const Volume<std::uint8_t>&, const Grid&, const CanonicalTurn&);

CanonicalPlaces::CanonicalPlaces(const Index3& sourceSize, const CanonicalTurn& turn) : size_(sourceSize) {
  std::ptrdiff_t stride = 1;
  for (std::size_t c = 0; c < 3; ++c) {
    const std::size_t s = turn.from[c];
    step_[s] = turn.flip[c] ? -stride : stride;
    if (turn.flip[c]) start_ += stride * (sourceSize[s] - 1);
    stride *= sourceSize[s];
  }
}

void describeTurn(const CanonicalTurn& turn, SourceGeometry& source) {
  for (std::size_t c = 0; c < 3; ++c) {
    source.axis[turn.from[c]] = static_cast<int>(c);
    source.flipped[turn.from[c]] = turn.flip[c];
  }
}

CanonicalTurn turnOf(const SourceGeometry& source) {
  CanonicalTurn turn;
  for (std::size_t s = 0; s < 3; ++s) {
    const auto c = static_cast<std::size_t>(source.axis[s]);
    turn.from.at(c) = s;
    turn.flip.at(c) = source.flipped[s];
  }
  return turn;
}

const char* orientationName(const Grid& source) {
  const auto& d = source.direction;
  const std::array<double, 3> normal{std::abs(d[2]), std::abs(d[5]), std::abs(d[8])};
  constexpr double kAlong = 0.9;  // cosine: within 26 degrees, more than any gantry tilts
  if (normal[2] > kAlong) return "axial";
  if (normal[1] > kAlong) return "coronal";
  if (normal[0] > kAlong) return "sagittal";
  return "oblique";
}

}  // namespace pulmo
