// SPDX-License-Identifier: Apache-2.0
#include "models/session/weights_name.h"

#include "pipeline/learn/file_segmenter.h"

namespace pulmo {

MaskMaker makerOf(const Segmenter& segmenter) {
  const auto* network = dynamic_cast<const FileSegmenter*>(&segmenter);
  return makerOf(QString::fromStdString(segmenter.name()), network ? network->weights() : std::filesystem::path());
}

}  // namespace pulmo
