// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "pipeline/learn/unet_segmenter.h"

namespace pulmo {

/// A network whose weights are read when they are first needed: a program that offers it starts no later for it.
class FileSegmenter final : public Segmenter {
 public:
  /// @param name  tells networks of one program apart: masks, tables and reports carry it
  explicit FileSegmenter(std::filesystem::path weights, const UNetOptions& options = {}, std::string name = "unet");

  [[nodiscard]] std::string name() const override { return name_; }
  [[nodiscard]] const std::filesystem::path& weights() const { return weights_; }
  /// @throws as UNetSegmenter and loadWeights, too; the file is tried again at the next call
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume& ct, const StopToken& stop,
                                                    const ProgressSink& progress) const override;
  [[nodiscard]] std::optional<UncertainSegmentation> segmentWithUncertainty(
      const CtVolume& ct, const StopToken& stop, const ProgressSink& progress) const override;

 private:
  [[nodiscard]] std::shared_ptr<const UNetSegmenter> network() const;

  std::filesystem::path weights_;
  UNetOptions options_;
  std::string name_;
  mutable std::mutex mutex_;
  mutable std::shared_ptr<const UNetSegmenter> network_;
};

}  // namespace pulmo
