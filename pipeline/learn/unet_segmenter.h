// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/segmenter.h"
#include "pipeline/learn/network_description.h"
#include "pipeline/learn/training_config.h"

namespace pulmo {

struct UNetOptions {
  DeviceChoice device = DeviceChoice::Auto;
  Precision precision = Precision::Auto;
  int threads = 0;      ///< 0 = all
  bool cleanUp = true;  ///< largest part a lung, holes filled, sides by anatomy
};

/// Lungs by a trained network: cropped to the body, slice by slice at the network's matrix size, argmax at the scan's
/// resolution, then the largest part of each lung with its holes filled, sides checked by anatomy.
///
/// Immutable once made; segment() may be called from any thread, one at a time computes.
class UNetSegmenter final : public Segmenter {
 public:
  /// @throws Error{InvalidInput} if the tensors do not fit the description
  explicit UNetSegmenter(const NetworkWeights& weights, const UNetOptions& options = {});
  ~UNetSegmenter() override;

  [[nodiscard]] std::string name() const override { return "unet"; }
  /// @cost 300 slices of 512 x 512 on two processors with bf16: about 5 s; memory below 1.5 GB beyond the scan
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume& ct, const StopToken& stop,
                                                    const ProgressSink& progress) const override;
  [[nodiscard]] std::optional<UncertainSegmentation> segmentWithUncertainty(
      const CtVolume& ct, const StopToken& stop, const ProgressSink& progress) const override;

 private:
  struct Net;
  std::unique_ptr<Net> net_;
};

}  // namespace pulmo
