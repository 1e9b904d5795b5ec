// SPDX-License-Identifier: Apache-2.0
#pragma once
#include "pipeline/core/segmenter.h"

namespace pulmo {

/// Lungs by their air, without any training. See the source for the steps.
class ThresholdSegmenter final : public Segmenter {
 public:
  [[nodiscard]] std::string name() const override { return "threshold"; }
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume& ct, const StopToken& stop,
                                                    const ProgressSink& progress) const override;
};

}  // namespace pulmo
