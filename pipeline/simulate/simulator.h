// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"
#include "pipeline/simulate/pathology.h"

namespace pulmo {

/// What lesion placement needs to know of a scan's lungs: a coarse mask with the depth below the pleura, and each
/// axial slice's two lung boxes. Plain values, so that a dataset can keep it with a case.
struct LungShape {
  struct Box {
    int x0 = 0, y0 = 0, x1 = -1, y1 = -1;  ///< voxels, both ends included; x1 < x0 = none
    friend bool operator==(const Box&, const Box&) = default;
  };
  Grid grid;     ///< of the scan
  int step = 1;  ///< in-plane voxels a coarse cell spans; along z cells span one slice or more
  int stepZ = 1;
  Index3 coarseSize{0, 0, 0};
  std::vector<std::uint8_t> coarseLabel;    ///< 0, 1 right, 2 left; x fastest
  std::vector<std::uint8_t> coarseDepthMm;  ///< distance to the pleura, whole mm, at most 255
  std::vector<std::array<Box, 2>> boxes;    ///< one pair a slice: the two largest connected lung regions, larger first
  double lungMl = 0;

  friend bool operator==(const LungShape&, const LungShape&) = default;
};

/// @param lungs  1 right, 2 left (unsided lungs count as lung of either side)
/// @cost one pass, about 0.1 s for 512 x 512 x 300; a spacing that is not known is taken as it stands in the grid
[[nodiscard]] LungShape makeLungShape(const LabelVolume& lungs);

/// The disease of one patient: drawn once from (shape, spec, seed), then painted on any slice, in any order, by any
/// thread. Painting the slices of a scan one by one gives exactly what simulate() gives.
///
/// Same shape, spec and seed, same bits, on every machine: counter-based numbers; + - * / and sqrt alone.
class Disease {
 public:
  /// @throws Error{InvalidInput} for a spec out of its limits
  Disease(std::shared_ptr<const LungShape> shape, const PathologySpec& spec, std::uint64_t seed);
  ~Disease();
  Disease(Disease&&) noexcept;
  Disease& operator=(Disease&&) noexcept;

  /// Draws onto axial slice z. Voxels outside `lungs` stay as they are (unless spec.spill or spec.closeRim).
  /// @param ct       HU, [Y, X] of the shape's grid, changed in place
  /// @param lungs    labels of the slice, any lung label counts
  /// @param lesions  ids of LesionKind are written where drawn; the rest is left alone; may be null
  /// @return voxels changed
  /// @cost  circles: below 0.7 ms at 512 x 512 with the boxes known; infiltrates: about 3 ms at 256 x 256
  std::size_t paint(int z, std::int16_t* ct, const std::uint8_t* lungs, std::uint8_t* lesions) const;

 private:
  struct Plan;
  std::unique_ptr<const Plan> plan_;
};

/// Enough to make it again, bit for bit.
struct SimulatedCase {
  CtVolume ct;
  LabelVolume lesions;  ///< ids of LesionKind
  PathologySpec spec;
  std::uint64_t seed = 0;
  double extentPercent = 0;  ///< of the lung voxels, drawn
};

/// @throws Error{InvalidInput} if the grids differ, the mask is empty, or the spec is out of its limits
/// @return nullopt if stopped
/// @thread any; shared by all processors
[[nodiscard]] std::optional<SimulatedCase> simulate(const CtVolume& ct, const LabelVolume& lungs,
                                                    const PathologySpec& spec, std::uint64_t seed,
                                                    const StopToken& stop = {}, const ProgressSink& progress = {});

}  // namespace pulmo
