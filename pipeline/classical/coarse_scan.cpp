// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/coarse_scan.h"

#include <algorithm>
#include <cmath>

#include "pipeline/core/parallel.h"

namespace pulmo {
namespace {

constexpr double kBlockMm = 2.0;  // half of the thinnest wall that decides: chest wall and diaphragm, 4 mm and more
constexpr std::int16_t kNoPicture = -1200;  // scanners clip at -1024, -1100 with noise; paddings start at -1500
constexpr std::int16_t kAirHu = -1000;

void markSlice(const std::int16_t* hu, int nx, int ny, std::uint8_t value, std::uint8_t* mark) {
  const auto at = [nx](int x, int y) {
    return static_cast<std::size_t>(x) + static_cast<std::size_t>(nx) * static_cast<std::size_t>(y);
  };
  const std::int16_t corner = hu[0];
  const bool frame = hu[at(nx - 1, 0)] == corner && hu[at(0, ny - 1)] == corner && hu[at(nx - 1, ny - 1)] == corner;
  std::vector<std::size_t> open;
  const auto visit = [&](int x, int y) {
    const std::size_t i = at(x, y);
    if (mark[i] == value || !(hu[i] < kNoPicture || (frame && hu[i] == corner))) return;
    mark[i] = value;
    open.push_back(i);
  };
  for (int x = 0; x < nx; ++x) {
    visit(x, 0);
    visit(x, ny - 1);
  }
  for (int y = 0; y < ny; ++y) {
    visit(0, y);
    visit(nx - 1, y);
  }
  while (!open.empty()) {
    const std::size_t i = open.back();
    open.pop_back();
    const int x = static_cast<int>(i % static_cast<std::size_t>(nx));
    const int y = static_cast<int>(i / static_cast<std::size_t>(nx));
    if (x > 0) visit(x - 1, y);
    if (x + 1 < nx) visit(x + 1, y);
    if (y > 0) visit(x, y - 1);
    if (y + 1 < ny) visit(x, y + 1);
  }
}

int blockOf(double spacing, int voxels) {
  const int wanted = std::max(1, static_cast<int>(std::lround(kBlockMm / spacing)));
  return std::clamp(wanted, 1, std::max(1, voxels / 16));
}

struct BlockSum {
  std::int64_t hu = 0;
  int voxels = 0;
  int padding = 0;
};

}  // namespace

void markPadding(const CtVolume& ct, std::uint8_t value, std::vector<std::uint8_t>& mark, const StopToken& stop) {
  const Index3 size = ct.grid().size;
  const std::size_t sliceVoxels = static_cast<std::size_t>(size[0]) * static_cast<std::size_t>(size[1]);
  parallelFor(static_cast<std::size_t>(size[2]), 0, stop, [&](std::size_t z) {
    markSlice(ct.slice(static_cast<int>(z)), size[0], size[1], value, mark.data() + sliceVoxels * z);
  });
}

CoarseScan makeCoarseScan(const CtVolume& ct, const std::vector<std::uint8_t>& mark, std::uint8_t paddingValue,
                          const StopToken& stop) {
  const Grid& grid = ct.grid();
  CoarseScan coarse;
  coarse.fineSize = grid.size;
  coarse.fineSpacingMm = grid.spacingMm;
  if (!grid.spacingKnown) coarse.fineSpacingMm = {kAssumedPixelMm, kAssumedPixelMm, 1.0};
  for (std::size_t k = 0; k < 3; ++k) {
    coarse.factor[k] = blockOf(coarse.fineSpacingMm[k], grid.size[k]);
    coarse.size[k] = (grid.size[k] + coarse.factor[k] - 1) / coarse.factor[k];
    coarse.spacingMm[k] = coarse.fineSpacingMm[k] * coarse.factor[k];
  }
  const auto nx = static_cast<std::size_t>(coarse.size[0]);
  const auto ny = static_cast<std::size_t>(coarse.size[1]);
  const auto nz = static_cast<std::size_t>(coarse.size[2]);
  coarse.hu.assign(nx * ny * nz, kAirHu);
  coarse.padding.assign(nx * ny * nz, 0);
  parallelFor(nz, 0, stop, [&](std::size_t cz) {
    std::vector<BlockSum> sums(nx * ny);
    const int zEnd = std::min(grid.size[2], (static_cast<int>(cz) + 1) * coarse.factor[2]);
    for (int z = static_cast<int>(cz) * coarse.factor[2]; z < zEnd; ++z) {
      for (int y = 0; y < grid.size[1]; ++y) {
        const std::size_t row = ct.offset({0, y, z});
        const std::int16_t* hu = ct.voxels().data() + row;
        BlockSum* line = sums.data() + nx * static_cast<std::size_t>(y / coarse.factor[1]);
        for (int x = 0, cx = 0, k = 0; x < grid.size[0]; ++x) {
          const bool pad = mark[row + static_cast<std::size_t>(x)] == paddingValue;
          BlockSum& sum = line[cx];
          sum.hu += pad ? kAirHu : std::max<std::int16_t>(hu[x], -1024);
          sum.voxels += 1;
          sum.padding += pad ? 1 : 0;
          if (++k == coarse.factor[0]) {
            k = 0;
            ++cx;
          }
        }
      }
    }
    for (std::size_t i = 0; i < sums.size(); ++i) {
      coarse.hu[i + nx * ny * cz] = static_cast<std::int16_t>(sums[i].hu / std::max(1, sums[i].voxels));
      coarse.padding[i + nx * ny * cz] = 2 * sums[i].padding >= sums[i].voxels ? 1 : 0;
    }
  });
  return coarse;
}

}  // namespace pulmo
