// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/side_split.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

constexpr double kGasHu = -945;          // bowel gas and room air; a lung is lighter on average, emphysema included
constexpr double kLeastSliceMm2 = 1500;  // of a lung on its largest slice; sinuses and bowel loops stay below
constexpr double kSecondShare = 0.08;    // the smaller lung against the larger one
constexpr double kPieceMl = 0.5;         // a piece cut off by consolidation or a fissure is kept above this
constexpr double kMostErosionMm = 14;

double xMm(const Component& c, const WorkGrid& g) { return c.centroid[0] * g.spacingMm[0]; }

bool isLungLike(const Component& c) { return c.meanHu > kGasHu && c.largestSliceMm2 >= kLeastSliceMm2; }

/// The two cores into which a joined piece falls when it is eroded.
std::optional<std::pair<Mask, Mask>> coresOf(const Mask& piece, const WorkVolume& volume) {
  Mask core = piece;
  std::vector<std::int32_t> labels;
  const int most = std::max(2, static_cast<int>(std::lround(kMostErosionMm / volume.grid.spacingMm[0])));
  for (int step = 0; step <= most; ++step) {
    const auto parts = components(core, volume, labels);
    if (parts.size() >= 2 && static_cast<double>(parts[1].voxels) > 0.25 * static_cast<double>(parts[0].voxels) &&
        std::abs(xMm(parts[0], volume.grid) - xMm(parts[1], volume.grid)) > 50) {
      Mask a(core.size()), b(core.size());
      for (std::size_t i = 0; i < core.size(); ++i) {
        a[i] = labels[i] == parts[0].id;
        b[i] = labels[i] == parts[1].id;
      }
      return std::make_pair(std::move(a), std::move(b));
    }
    erodeByFaces(core, volume.grid);
  }
  return std::nullopt;
}

/// Two labels grow over the piece at equal speed.
void growBack(const Mask& piece, const Mask& first, const Mask& second, std::uint8_t firstLabel, std::uint8_t secondLabel,
              const WorkGrid& g, Mask& labels) {
  const auto nx = static_cast<std::size_t>(g.size[0]), plane = g.planeCount();
  std::vector<std::size_t> queue;
  for (std::size_t i = 0; i < piece.size(); ++i) {
    if (first[i] != 0) labels[i] = firstLabel;
    else if (second[i] != 0) labels[i] = secondLabel;
    else continue;
    queue.push_back(i);
  }
  for (std::size_t head = 0; head < queue.size(); ++head) {
    const std::size_t i = queue[head], x = i % nx, y = (i % plane) / nx, z = i / plane;
    const auto reach = [&](std::size_t n) {
      if (piece[n] == 0 || labels[n] != 0) return;
      labels[n] = labels[i];
      queue.push_back(n);
    };
    if (x > 0) reach(i - 1);
    if (x + 1 < nx) reach(i + 1);
    if (y > 0) reach(i - nx);
    if (y + 1 < static_cast<std::size_t>(g.size[1])) reach(i + nx);
    if (z > 0) reach(i - plane);
    if (z + 1 < static_cast<std::size_t>(g.size[2])) reach(i + plane);
  }
}

/// Whether one piece holds both lungs: much of it on either side of the body's middle, and wide.
bool holdsBoth(const Component& c, const std::vector<std::int32_t>& labels, const WorkVolume& volume, double middleX) {
  const auto nx = static_cast<std::size_t>(volume.grid.size[0]);
  std::size_t right = 0;
  for (std::size_t i = 0; i < labels.size(); ++i)
    if (labels[i] == c.id && static_cast<double>(i % nx) < middleX) ++right;
  const double share = static_cast<double>(right) / static_cast<double>(c.voxels);
  return share > 0.15 && share < 0.85 && (c.high[0] - c.low[0] + 1) * volume.grid.spacingMm[0] > 150;
}

Mask maskOf(const std::vector<std::int32_t>& labels, std::int32_t id) {
  Mask mask(labels.size());
  for (std::size_t i = 0; i < labels.size(); ++i) mask[i] = labels[i] == id;
  return mask;
}

/// Smaller pieces of lung, cut off by disease, a fissure or a thick slice: those beside a lung go to its side.
void addPieces(const std::vector<Component>& pieces, const std::vector<std::int32_t>& pieceLabels, const WorkVolume& volume, double middleX, Mask& labels) {
  const WorkGrid& g = volume.grid;
  const auto nx = static_cast<std::size_t>(g.size[0]), plane = g.planeCount();
  Index3 low = g.size, high{-1, -1, -1};
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] == 0) continue;
    const Index3 p{static_cast<int>(i % nx), static_cast<int>((i % plane) / nx), static_cast<int>(i / plane)};
    for (std::size_t axis = 0; axis < 3; ++axis) low[axis] = std::min(low[axis], p[axis]), high[axis] = std::max(high[axis], p[axis]);
  }
  for (const Component& c : pieces) {
    if (static_cast<double>(c.voxels) * g.voxelMl() < kPieceMl) break;  // sorted by size
    const auto middle = static_cast<std::size_t>(std::lround(c.centroid[2])) * plane + static_cast<std::size_t>(std::lround(c.centroid[1])) * nx;
    // The nearest lung along the row of the centroid; none in this row and it is not beside a lung.
    std::uint8_t side = 0;
    double nearest = 25 / g.spacingMm[0];
    for (std::size_t x = 0; x < nx; ++x)
      if (labels[middle + x] != 0 && std::abs(static_cast<double>(x) - c.centroid[0]) < nearest) {
        nearest = std::abs(static_cast<double>(x) - c.centroid[0]);
        side = labels[middle + x];
      }
    bool within = side != 0;
    for (std::size_t axis = 0; axis < 3; ++axis) within = within && c.centroid[axis] >= low[axis] && c.centroid[axis] <= high[axis];
    if (!within || c.meanHu < kGasHu || std::abs(c.centroid[0] - middleX) * g.spacingMm[0] < 15) continue;
    for (std::size_t i = 0; i < labels.size(); ++i)
      if (pieceLabels[i] == c.id) labels[i] = side;
  }
}

}  // namespace

Sides splitSides(const Mask& lungAir, const WorkVolume& volume, const BodyAir& body) {
  std::vector<std::int32_t> pieceLabels;
  std::vector<Component> pieces = components(lungAir, volume, pieceLabels);
  Sides sides;
  sides.labels.assign(lungAir.size(), 0);
  const auto firstLung = std::find_if(pieces.begin(), pieces.end(), isLungLike);
  if (firstLung == pieces.end())
    throw Error(ErrorKind::InvalidInput, "No lungs were found in this scan: there is no large region of lung density inside the body.");
  const Component first = *firstLung;
  pieces.erase(firstLung);
  const double middleX = body.bodyCentre[0];
  const Mask firstMask = maskOf(pieceLabels, first.id);
  if (holdsBoth(first, pieceLabels, volume, middleX)) {
    if (const auto cores = coresOf(firstMask, volume)) {
      const auto meanX = [&](const Mask& m) {
        double sum = 0, n = 0;
        for (std::size_t i = 0; i < m.size(); ++i)
          if (m[i] != 0) sum += static_cast<double>(i % static_cast<std::size_t>(volume.grid.size[0])), ++n;
        return sum / n;
      };
      const bool firstIsRight = meanX(cores->first) < meanX(cores->second);
      growBack(firstMask, cores->first, cores->second, firstIsRight ? kRightLung : kLeftLung, firstIsRight ? kLeftLung : kRightLung, volume.grid, sides.labels);
      sides.wereJoined = true;
      addPieces(pieces, pieceLabels, volume, middleX, sides.labels);
      return sides;
    }
  }
  // The other lung lies beside the first one, not above or below it.
  const auto second = std::find_if(pieces.begin(), pieces.end(), [&](const Component& c) {
    return isLungLike(c) && static_cast<double>(c.voxels) > kSecondShare * static_cast<double>(first.voxels) &&
           std::abs(xMm(c, volume.grid) - xMm(first, volume.grid)) > 50;
  });
  if (second != pieces.end()) {
    const bool firstIsRight = first.centroid[0] < second->centroid[0];
    const std::int32_t secondId = second->id;
    pieces.erase(second);
    for (std::size_t i = 0; i < pieceLabels.size(); ++i) {
      if (pieceLabels[i] == first.id) sides.labels[i] = firstIsRight ? kRightLung : kLeftLung;
      if (pieceLabels[i] == secondId) sides.labels[i] = firstIsRight ? kLeftLung : kRightLung;
    }
  } else {
    sides.single = true;
    const std::uint8_t side = first.centroid[0] < middleX ? kRightLung : kLeftLung;
    for (std::size_t i = 0; i < pieceLabels.size(); ++i)
      if (pieceLabels[i] == first.id) sides.labels[i] = side;
  }
  addPieces(pieces, pieceLabels, volume, middleX, sides.labels);
  return sides;
}

}  // namespace pulmo
