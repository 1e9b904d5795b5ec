// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// A scan and a first lung mask in blocks of about 3.5 mm, where the shape of a lung is judged.
struct LungBlocks {
  Index3 fineSize{0, 0, 0};
  Index3 factor{1, 1, 1};  ///< scan voxels a block
  Index3 size{0, 0, 0};
  Point3 mm{1, 1, 1};              ///< of a block
  std::vector<float> hu;           ///< mean
  std::vector<std::uint8_t> lung;  ///< kRightLung or kLeftLung where half of the block or more is
  std::vector<std::uint8_t> bone;  ///< 1 = an eighth or more above 180 HU

  [[nodiscard]] std::size_t count() const { return hu.size(); }
  [[nodiscard]] std::size_t at(int x, int y, int z) const {
    return static_cast<std::size_t>(x) +
           static_cast<std::size_t>(size[0]) *
               (static_cast<std::size_t>(y) + static_cast<std::size_t>(size[1]) * static_cast<std::size_t>(z));
  }
  [[nodiscard]] bool contains(int x, int y, int z) const {
    return x >= 0 && y >= 0 && z >= 0 && x < size[0] && y < size[1] && z < size[2];
  }
};

[[nodiscard]] LungBlocks makeLungBlocks(const CtVolume& ct, const LabelVolume& lungs, const Point3& voxelMm,
                                        const StopToken& stop);

inline constexpr std::uint8_t kOutsideRibs = 1;
inline constexpr std::uint8_t kBelowOutside = 2;  ///< no wall is known so low; it lies below what is outside

/// What lies outside the rib cage, a value a block, from the inner face of the ribs on; 0 elsewhere.
///
/// In each slice rays run out from the middle between the lungs. The first bone of a ray that lies as far out as the
/// lungs of the slices around it reach is a rib; between ribs the nearer of those around count. The wall is
/// never farther out than the lungs reach within 30 mm up and down: so it is, too, where there is cartilage alone. Rays
/// that meet no lung within 60 mm up and down (spine, sternum) have no outside.
[[nodiscard]] std::vector<std::uint8_t> outsideRibs(const LungBlocks& blocks, const StopToken& stop);

}  // namespace pulmo
