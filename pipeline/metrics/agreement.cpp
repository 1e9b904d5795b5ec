// SPDX-License-Identifier: Apache-2.0
#include "pipeline/metrics/agreement.h"

#include "pipeline/core/label_set.h"
#include "pipeline/core/parallel.h"

namespace pulmo {

std::optional<LabelVolume> agreementOf(const LabelVolume& reference, const LabelVolume& mask, int threads,
                                       const StopToken& stop) {
  requireSameGrid(reference.grid(), "reference", mask.grid(), "mask");
  const bool sided = !isUnsided(reference) && !isUnsided(mask);
  LabelVolume result(reference.grid());
  const auto slices = static_cast<std::size_t>(reference.grid().size[2]);
  const std::size_t perSlice = slices == 0 ? 0 : reference.voxels().size() / slices;
  const Outcome outcome = parallelFor(slices, threads, stop, [&](std::size_t z) {
    const std::uint8_t* a = reference.voxels().data() + z * perSlice;
    const std::uint8_t* b = mask.voxels().data() + z * perSlice;
    std::uint8_t* out = result.voxels().data() + z * perSlice;
    for (std::size_t i = 0; i < perSlice; ++i) {
      Agreement is = Agreement::Outside;
      if (a[i] != kBackground && b[i] != kBackground)
        is = sided && a[i] != b[i] ? Agreement::OtherSide : Agreement::Agreed;
      else if (a[i] != kBackground)
        is = Agreement::Missed;
      else if (b[i] != kBackground)
        is = Agreement::Added;
      out[i] = static_cast<std::uint8_t>(is);
    }
  });
  if (outcome == Outcome::Stopped) return std::nullopt;
  return result;
}

}  // namespace pulmo
