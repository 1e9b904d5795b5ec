// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/aeration.h"

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"

namespace pulmo {

namespace {

Aeration aerationAt(std::int16_t hu, const AerationLimits& limits) {
  std::uint8_t steps = 0;
  for (const int from : limits.fromHu) steps = static_cast<std::uint8_t>(steps + (hu >= from ? 1 : 0));
  return static_cast<Aeration>(static_cast<std::uint8_t>(Aeration::Hyperinflated) + steps);
}

}  // namespace

std::optional<LabelVolume> aerationOf(const CtVolume& ct, const LabelVolume& mask, const AerationLimits& limits,
                                      int threads, const StopToken& stop) {
  requireValid(limits);
  requireSameGrid(ct.grid(), "scan", mask.grid(), "mask");
  LabelVolume result(mask.grid());
  const auto slices = static_cast<std::size_t>(mask.grid().size[2]);
  const std::size_t perSlice = slices == 0 ? 0 : mask.voxels().size() / slices;
  const Outcome outcome = parallelFor(slices, threads, stop, [&](std::size_t z) {
    const std::uint8_t* lung = mask.voxels().data() + z * perSlice;
    const std::int16_t* hu = ct.voxels().data() + z * perSlice;
    std::uint8_t* out = result.voxels().data() + z * perSlice;
    for (std::size_t i = 0; i < perSlice; ++i)
      if (lung[i] != kBackground) out[i] = static_cast<std::uint8_t>(aerationAt(hu[i], limits));
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  return result;
}

}  // namespace pulmo
