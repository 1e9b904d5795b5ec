// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/lung_blocks.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <numbers>

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"

namespace pulmo {
namespace {

constexpr double kBlockMm = 3.5;
constexpr std::int16_t kBoneHu = 180;
constexpr double kBoneShare = 0.125;
constexpr int kRays = 180;
constexpr double kStepMm = 1.5;
constexpr double kLeastReachMm = 45;  // of lung along a ray: nearer lung is mediastinal
constexpr double kAlongMm = 60;       // up and down: how far the lungs' reach is asked for
constexpr double kReachShare = 0.85;  // bone nearer than this share of the reach is no rib
constexpr double kRibGapMm = 14;      // half the way from one rib to the next
constexpr int kRibGapRays = 2;
constexpr double kNearRibs = 0.3;  // of the bones around a ray: farther ones may be the shoulder blade
constexpr float kNone = 1e6F;

/// The place of a ray's point, or outside the picture.
struct Rays {
  double x0 = 0, y0 = 0;  // mm, of the middle
  [[nodiscard]] std::array<double, 2> direction(int ray) const {
    const double angle = 2 * std::numbers::pi * ray / kRays;
    return {std::cos(angle), std::sin(angle)};
  }
};

}  // namespace

LungBlocks makeLungBlocks(const CtVolume& ct, const LabelVolume& lungs, const Point3& voxelMm, const StopToken& stop) {
  LungBlocks blocks;
  blocks.fineSize = ct.grid().size;
  for (std::size_t k = 0; k < 3; ++k) {
    blocks.factor[k] = std::max(1, static_cast<int>(std::lround(kBlockMm / voxelMm[k])));
    blocks.size[k] = (blocks.fineSize[k] + blocks.factor[k] - 1) / blocks.factor[k];
    blocks.mm[k] = voxelMm[k] * blocks.factor[k];
  }
  const std::size_t plane = static_cast<std::size_t>(blocks.size[0]) * static_cast<std::size_t>(blocks.size[1]);
  const auto nz = static_cast<std::size_t>(blocks.size[2]);
  blocks.hu.assign(plane * nz, -1000);
  blocks.lung.assign(plane * nz, kBackground);
  blocks.bone.assign(plane * nz, 0);
  parallelFor(nz, 0, stop, [&](std::size_t bz) {
    std::vector<std::array<double, 5>> sums(plane, {0, 0, 0, 0, 0});  // voxels, HU, bone, right, left
    const int zEnd = std::min(blocks.fineSize[2], (static_cast<int>(bz) + 1) * blocks.factor[2]);
    for (int z = static_cast<int>(bz) * blocks.factor[2]; z < zEnd; ++z)
      for (int y = 0; y < blocks.fineSize[1]; ++y) {
        const std::size_t row = ct.offset({0, y, z});
        for (int x = 0; x < blocks.fineSize[0]; ++x) {
          auto& sum = sums[blocks.at(x / blocks.factor[0], y / blocks.factor[1], 0)];
          const std::int16_t hu = ct.voxels()[row + static_cast<std::size_t>(x)];
          const std::uint8_t label = lungs.voxels()[row + static_cast<std::size_t>(x)];
          sum[0] += 1;
          sum[1] += std::max<std::int16_t>(hu, -1024);
          sum[2] += hu > kBoneHu ? 1 : 0;
          sum[3] += label == kRightLung ? 1 : 0;
          sum[4] += label == kLeftLung ? 1 : 0;
        }
      }
    for (std::size_t i = 0; i < plane; ++i) {
      const auto& sum = sums[i];
      const std::size_t to = bz * plane + i;
      blocks.hu[to] = static_cast<float>(sum[1] / sum[0]);
      blocks.bone[to] = sum[2] >= kBoneShare * sum[0] ? 1 : 0;
      if (2 * (sum[3] + sum[4]) >= sum[0]) blocks.lung[to] = sum[3] >= sum[4] ? kRightLung : kLeftLung;
    }
  });
  return blocks;
}

std::vector<std::uint8_t> outsideRibs(const LungBlocks& blocks, const StopToken& stop) {
  std::vector<std::uint8_t> outside(blocks.count(), 0);
  Rays rays;
  Index3 low = blocks.size, high{-1, -1, -1};
  for (int z = 0; z < blocks.size[2]; ++z)
    for (int y = 0; y < blocks.size[1]; ++y)
      for (int x = 0; x < blocks.size[0]; ++x) {
        if (blocks.lung[blocks.at(x, y, z)] == kBackground) continue;
        const Index3 p{x, y, z};
        for (std::size_t k = 0; k < 3; ++k) {
          low[k] = std::min(low[k], p[k]);
          high[k] = std::max(high[k], p[k]);
        }
      }
  if (high[0] < 0) return outside;
  rays.x0 = 0.5 * (low[0] + high[0]) * blocks.mm[0];
  rays.y0 = 0.5 * (low[1] + high[1]) * blocks.mm[1];
  const auto nz = static_cast<std::size_t>(blocks.size[2]);
  const auto across = std::hypot(blocks.size[0] * blocks.mm[0], blocks.size[1] * blocks.mm[1]);
  const auto along = [&](int ray, int z, const auto& visit) {  // visit(radius, block) until it says true
    const auto [dx, dy] = rays.direction(ray);
    for (int step = 0; step * kStepMm < across; ++step) {
      const double r = step * kStepMm;
      const int x = static_cast<int>(std::lround((rays.x0 + r * dx) / blocks.mm[0]));
      const int y = static_cast<int>(std::lround((rays.y0 + r * dy) / blocks.mm[1]));
      if (!blocks.contains(x, y, z)) return;
      if (visit(r, blocks.at(x, y, z))) return;
    }
  };
  const auto cell = [](int ray, std::size_t z) { return z * kRays + static_cast<std::size_t>(ray); };
  std::vector<float> reach(nz * kRays, 0), rib(nz * kRays, kNone);
  parallelFor(nz, 0, stop, [&](std::size_t z) {
    for (int ray = 0; ray < kRays; ++ray)
      along(ray, static_cast<int>(z), [&](double r, std::size_t i) {
        if (blocks.lung[i] != kBackground) reach[cell(ray, z)] = static_cast<float>(r);
        return false;
      });
  });
  const auto farthest = [&](double mm) {  // reach of the lungs along each ray, in the slices around
    const int up = static_cast<int>(mm / blocks.mm[2]);
    std::vector<float> result(reach.size(), 0);
    for (std::size_t z = 0; z < nz; ++z)
      for (int ray = 0; ray < kRays; ++ray)
        for (int d = -up; d <= up; ++d) {
          const int at = static_cast<int>(z) + d;
          if (at < 0 || at >= blocks.size[2]) continue;
          result[cell(ray, z)] = std::max(result[cell(ray, z)], reach[cell(ray, static_cast<std::size_t>(at))]);
        }
    return result;
  };
  const std::vector<float> wide = farthest(kAlongMm), close = farthest(0.5 * kAlongMm);
  parallelFor(nz, 0, stop, [&](std::size_t z) {
    for (int ray = 0; ray < kRays; ++ray) {
      const float far = wide[cell(ray, z)];
      if (far < kLeastReachMm) continue;
      along(ray, static_cast<int>(z), [&](double r, std::size_t i) {
        if (r < kReachShare * static_cast<double>(far) || r < static_cast<double>(reach[cell(ray, z)]) - 4 ||
            blocks.bone[i] == 0)
          return false;
        rib[cell(ray, z)] = static_cast<float>(r);
        return true;
      });
    }
  });
  const int gap = std::max(1, static_cast<int>(kRibGapMm / blocks.mm[2]));
  std::vector<float> wall(rib.size(), kNone);
  parallelFor(nz, 0, stop, [&](std::size_t z) {
    for (int ray = 0; ray < kRays; ++ray) {
      std::vector<float> near;
      for (int d = -gap; d <= gap; ++d) {
        const int at = static_cast<int>(z) + d;
        if (at < 0 || at >= blocks.size[2]) continue;
        for (int t = -kRibGapRays; t <= kRibGapRays; ++t) {
          const float r = rib[cell((ray + t + kRays) % kRays, static_cast<std::size_t>(at))];
          if (r < kNone) near.push_back(r);
        }
      }
      // Where cartilage stands for ribs, and never farther out than that: where the lungs nearby end.
      const float lungEnd = close[cell(ray, z)];
      if (lungEnd >= kLeastReachMm) wall[cell(ray, z)] = lungEnd + static_cast<float>(kStepMm);
      if (near.empty()) continue;
      const auto rank = near.begin() + static_cast<std::ptrdiff_t>(kNearRibs * static_cast<double>(near.size()));
      std::nth_element(near.begin(), rank, near.end());
      const float inner = *rank;
      wall[cell(ray, z)] =
          std::max(std::min(wall[cell(ray, z)], inner), reach[cell(ray, z)] + static_cast<float>(kStepMm));
    }
  });
  std::vector<std::size_t> lowest(kRays, nz);  // slice in which each ray has a wall
  for (std::size_t ray = 0; ray < kRays; ++ray)
    for (std::size_t z = 0; z < nz && lowest[ray] == nz; ++z)
      if (wall[z * kRays + ray] < kNone) lowest[ray] = z;
  parallelFor(nz, 0, stop, [&](std::size_t z) {
    for (int y = 0; y < blocks.size[1]; ++y)
      for (int x = 0; x < blocks.size[0]; ++x) {
        const double dx = x * blocks.mm[0] - rays.x0, dy = y * blocks.mm[1] - rays.y0;
        const double turn = std::atan2(dy, dx) / (2 * std::numbers::pi) * kRays;
        const int ray = (static_cast<int>(std::lround(turn)) + kRays) % kRays;
        const std::size_t i = blocks.at(x, y, static_cast<int>(z));
        if (blocks.lung[i] != kBackground) continue;
        const double away = std::hypot(dx, dy);
        const std::size_t first = lowest[static_cast<std::size_t>(ray)];
        if (away >= static_cast<double>(wall[cell(ray, z)]))
          outside[i] = kOutsideRibs;
        else if (z < first && first < nz && away >= static_cast<double>(wall[cell(ray, first)]))
          outside[i] = kBelowOutside;
      }
  });
  return outside;
}

}  // namespace pulmo
