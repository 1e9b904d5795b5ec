// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <optional>

#include "pipeline/core/progress.h"
#include "pipeline/core/volume.h"

namespace pulmo {

/// What to draw. The chest fills about the same share of the grid whatever its spacing.
struct PhantomSpec {
  std::uint64_t seed = 1;
  Index3 size{256, 256, 150};
  Point3 spacingMm{1.4, 1.4, 2.0};
  double noiseHu = 18;   ///< SD of the noise
};

struct PhantomCase {
  CtVolume ct;           ///< HU, canonical grid
  LabelVolume lungs;     ///< exact: 1 right, 2 left; vessels inside a lung are lung, trachea and main bronchi are not
  LabelVolume airways;   ///< 1 = lumen of trachea and main bronchi
};

/// A seeded chest: body, fat, muscle, ribs, spine, table, heart, great vessels, trachea and bronchi, two lungs with
/// vessel trees, noise and partial volume. Asymmetric on purpose: right lung larger and higher liver dome, heart to the
/// left, aortic arch left, different vessel trees; so that a flip along any axis or a swap of sides shows.
///
/// Same spec, same bits, on every machine and thread count.
/// @return nullopt if stopped
[[nodiscard]] std::optional<PhantomCase> makePhantom(const PhantomSpec& spec, const StopToken& stop = {},
                                                     const ProgressSink& progress = {});

}  // namespace pulmo
