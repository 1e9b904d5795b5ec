// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/file_segmenter.h"

#include <utility>

#include "pipeline/learn/weights_file.h"

namespace pulmo {

FileSegmenter::FileSegmenter(std::filesystem::path weights, const UNetOptions& options, std::string name)
    : weights_(std::move(weights)), options_(options), name_(std::move(name)) {}

std::shared_ptr<const UNetSegmenter> FileSegmenter::network() const {
  const std::scoped_lock lock(mutex_);
  if (!network_) network_ = std::make_shared<UNetSegmenter>(loadWeights(weights_), options_);
  return network_;
}

std::optional<Segmentation> FileSegmenter::segment(const CtVolume& ct, const StopToken& stop,
                                                   const ProgressSink& progress) const {
  return network()->segment(ct, stop, progress);
}

std::optional<UncertainSegmentation> FileSegmenter::segmentWithUncertainty(const CtVolume& ct, const StopToken& stop,
                                                                           const ProgressSink& progress) const {
  return network()->segmentWithUncertainty(ct, stop, progress);
}

}  // namespace pulmo
