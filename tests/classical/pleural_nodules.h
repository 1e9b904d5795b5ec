// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <vector>

#include "pipeline/core/label_set.h"
#include "pipeline/core/random.h"
#include "pipeline/core/volume.h"

namespace pulmo::test {

/// Dense balls at the pleura of a phantom: a third of the radius deeper than the surface, so that a nodule touches the
/// wall with a mouth almost as wide as itself.
enum class Pleura { Costal, Mediastinal, Diaphragmatic };
inline const char* nameOf(Pleura pleura) {
  return pleura == Pleura::Costal ? "costal" : pleura == Pleura::Mediastinal ? "mediastinal" : "diaphragmatic";
}

/// A nodule is in a mask that holds this share of its voxels.
inline constexpr double kIncludedShare = 0.8;

struct Nodule {
  Pleura pleura = Pleura::Costal;
  double diameterMm = 0;
  Point3 centreMm{0, 0, 0};  ///< voxel index times spacing
  std::uint8_t side = 0;
  std::vector<std::size_t> voxels;  ///< of the lung
  [[nodiscard]] double share(const LabelVolume& mask) const {
    double in = 0;
    for (const std::size_t i : voxels) in += mask.voxels()[i] == side ? 1 : 0;
    return in / static_cast<double>(std::max<std::size_t>(1, voxels.size()));
  }
};

/// Out of the lung at a voxel of its surface: away from the mean of the lung within 12 mm.
inline Point3 outwardAt(const LabelVolume& lungs, const Index3& at) {
  const Grid& grid = lungs.grid();
  const std::uint8_t side = lungs[at];
  Point3 sum{0, 0, 0};
  Index3 reach{};
  for (std::size_t k = 0; k < 3; ++k) reach[k] = static_cast<int>(12 / grid.spacingMm[k]);
  for (int z = -reach[2]; z <= reach[2]; ++z)
    for (int y = -reach[1]; y <= reach[1]; ++y)
      for (int x = -reach[0]; x <= reach[0]; ++x) {
        const Point3 d{x * grid.spacingMm[0], y * grid.spacingMm[1], z * grid.spacingMm[2]};
        if (d[0] * d[0] + d[1] * d[1] + d[2] * d[2] > 144) continue;
        const Index3 p{at[0] + x, at[1] + y, at[2] + z};
        if (!grid.contains(p) || lungs[p] != side) continue;
        for (std::size_t k = 0; k < 3; ++k) sum[k] -= d[k];
      }
  const double length = std::max(1e-9, std::sqrt(sum[0] * sum[0] + sum[1] * sum[1] + sum[2] * sum[2]));
  return {sum[0] / length, sum[1] / length, sum[2] / length};
}

inline bool fitsPleura(Pleura pleura, const Point3& outward, std::uint8_t side) {
  const double lateral = side == kRightLung ? -outward[0] : outward[0];
  if (pleura == Pleura::Diaphragmatic) return outward[2] < -0.75;
  if (std::abs(outward[2]) > 0.5) return false;
  return pleura == Pleura::Costal ? lateral > 0.5 : lateral < -0.7;
}

/// Whether a ball there bulges into lung: two thirds of it, and most of what lies within 4 mm around it.
inline bool bulgesIntoLung(const LabelVolume& lungs, const Nodule& nodule) {
  const Grid& grid = lungs.grid();
  const double radius = 0.5 * nodule.diameterMm, around = radius + 4;
  double in = 0, inLung = 0, near = 0, nearLung = 0;
  Index3 low{}, high{};
  for (std::size_t k = 0; k < 3; ++k) {
    low[k] = static_cast<int>((nodule.centreMm[k] - around) / grid.spacingMm[k]);
    high[k] = static_cast<int>((nodule.centreMm[k] + around) / grid.spacingMm[k]) + 1;
  }
  for (int z = low[2]; z <= high[2]; ++z)
    for (int y = low[1]; y <= high[1]; ++y)
      for (int x = low[0]; x <= high[0]; ++x) {
        double away2 = 0;
        const Index3 at{x, y, z};
        for (std::size_t k = 0; k < 3; ++k) away2 += std::pow(at[k] * grid.spacingMm[k] - nodule.centreMm[k], 2);
        if (away2 > around * around) continue;
        const bool lung = grid.contains(at) && lungs[at] == nodule.side;
        (away2 <= radius * radius ? in : near) += 1;
        if (lung) (away2 <= radius * radius ? inLung : nearLung) += 1;
      }
  return in > 0 && inLung > 0.65 * in && nearLung > 0.5 * near;
}

inline void paint(CtVolume& ct, const LabelVolume& lungs, Nodule& nodule, const Random& noise, double noiseHu) {
  const Grid& grid = ct.grid();
  const double radius = 0.5 * nodule.diameterMm;
  Index3 low{}, high{};
  for (std::size_t k = 0; k < 3; ++k) {
    low[k] = std::max(0, static_cast<int>((nodule.centreMm[k] - radius) / grid.spacingMm[k]) - 1);
    high[k] = std::min(grid.size[k] - 1, static_cast<int>((nodule.centreMm[k] + radius) / grid.spacingMm[k]) + 2);
  }
  Random random = noise;
  for (int z = low[2]; z <= high[2]; ++z)
    for (int y = low[1]; y <= high[1]; ++y)
      for (int x = low[0]; x <= high[0]; ++x) {
        const double dx = x * grid.spacingMm[0] - nodule.centreMm[0], dy = y * grid.spacingMm[1] - nodule.centreMm[1],
                     dz = z * grid.spacingMm[2] - nodule.centreMm[2];
        const double out = std::sqrt(dx * dx + dy * dy + dz * dz) - radius;
        const double cover = std::clamp(0.5 - out / grid.spacingMm[0], 0.0, 1.0);
        const double grain = noiseHu * random.normal();
        const std::size_t i = ct.offset({x, y, z});
        std::int16_t& hu = ct.voxels()[i];
        const bool lung = lungs.voxels()[i] == nodule.side;
        // Just outside, a voxel that is half lung would draw a dark line between nodule and wall.
        const bool rim = lungs.voxels()[i] == kBackground && hu < -150 && hu > -800;
        if (cover <= 0 || (!lung && !rim)) continue;
        hu = static_cast<std::int16_t>(std::lround((1 - cover) * hu + cover * (30 + grain)));
        if (lung && out <= 0) nodule.voxels.push_back(i);
      }
}

/// One nodule of each wanted size and pleura, far from each other, at places drawn with the seed.
/// @return fewer where no place was found
inline std::vector<Nodule> addNodules(CtVolume& ct, const LabelVolume& lungs, const std::vector<double>& diametersMm,
                                      std::uint64_t seed, double noiseHu = 18) {
  const Grid& grid = ct.grid();
  Random random(seed, 77);
  std::vector<Nodule> nodules;
  for (auto d = diametersMm.rbegin(); d != diametersMm.rend(); ++d)
    for (const Pleura pleura : {Pleura::Costal, Pleura::Mediastinal, Pleura::Diaphragmatic})
      for (int tries = 0; tries < 200000; ++tries) {
        const Index3 at{random.integer(1, grid.size[0] - 2), random.integer(1, grid.size[1] - 2),
                        random.integer(1, grid.size[2] - 2)};
        const std::uint8_t side = lungs[at];
        if (side == kBackground) continue;
        const bool surface = lungs[{at[0] - 1, at[1], at[2]}] == 0 || lungs[{at[0] + 1, at[1], at[2]}] == 0 ||
                             lungs[{at[0], at[1], at[2] - 1}] == 0;
        if (!surface) continue;
        const Point3 outward = outwardAt(lungs, at);
        if (!fitsPleura(pleura, outward, side)) continue;
        Nodule nodule{pleura, *d, {}, side, {}};
        for (std::size_t k = 0; k < 3; ++k) nodule.centreMm[k] = at[k] * grid.spacingMm[k] - outward[k] * *d / 6;
        const bool apart = std::all_of(nodules.begin(), nodules.end(), [&](const Nodule& other) {
          double away2 = 0;
          for (std::size_t k = 0; k < 3; ++k) away2 += std::pow(nodule.centreMm[k] - other.centreMm[k], 2);
          return std::sqrt(away2) > 0.5 * (*d + other.diameterMm) + 15;
        });
        if (!apart || !bulgesIntoLung(lungs, nodule)) continue;
        paint(ct, lungs, nodule, Random(seed, 1000 + nodules.size()), noiseHu);
        nodules.push_back(std::move(nodule));
        break;
      }
  return nodules;
}

}  // namespace pulmo::test
