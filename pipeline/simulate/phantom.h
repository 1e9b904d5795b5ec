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
  double noiseHu = 18;  ///< SD of the noise
};

struct PhantomCase {
  CtVolume ct;          ///< HU, canonical grid
  LabelVolume lungs;    ///< exact: 1 right, 2 left; vessels inside a lung are lung, trachea and main bronchi are not
  LabelVolume airways;  ///< 1 = lumen of trachea and main bronchi
};

/// A seeded chest on a table: skin, fat, muscles, ribs, sternum, spine, shoulders; heart, great vessels, gullet,
/// trachea and bronchi; two lungs with arteries, veins, segmental bronchi and fissures; liver, spleen, and a stomach
/// whose gas lies close under the left lung; partial volume, and noise that is a little smoothed as in a
/// reconstruction. Asymmetric on purpose: right lung larger, its diaphragm higher, heart and aortic arch to the left,
/// the person a little turned and leaning; so that a flip along any axis or a swap of sides shows. On some seeds the
/// lungs come within a voxel of each other behind the sternum.
///
/// Same spec, same bits, on every machine and thread count: numbers are counter-based, and nothing but + - * / and sqrt
/// touches them.
/// @return nullopt if stopped
/// @throws Error{InvalidInput} for a size or a spacing that cannot be
/// @cost   about 0.25 us a voxel, shared by all processors
[[nodiscard]] std::optional<PhantomCase> makePhantom(const PhantomSpec& spec, const StopToken& stop = {},
                                                     const ProgressSink& progress = {});

}  // namespace pulmo
