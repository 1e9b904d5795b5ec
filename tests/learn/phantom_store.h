// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/label_set.h"
#include "pipeline/learn/slice_store.h"
#include "pipeline/learn/training_config.h"
#include "pipeline/simulate/phantom.h"

namespace pulmo::test {

/// A small store of phantoms, one patient each, with the sides known but on the side `unsided`.
inline void writePhantomStore(const std::filesystem::path& folder, int size, int slices,
                              const std::vector<Split>& splits, std::optional<Split> unsided = {}) {
  SliceStoreWriter writer(folder, size, Overwrite::Replace);
  for (std::size_t i = 0; i < splits.size(); ++i) {
    PhantomSpec spec;
    spec.seed = i + 1;
    spec.size = {size, size, slices};
    spec.spacingMm = {1.4 * 256 / size, 1.4 * 256 / size, 300.0 / slices};
    const auto phantom = makePhantom(spec);
    StoredCase about;
    about.name = about.patient = "phantom-" + std::to_string(i + 1);
    about.masks = MaskOrigin::Phantom;
    LabelVolume lungs = phantom->lungs;
    if (splits[i] == unsided)
      for (std::uint8_t& label : lungs.voxels())
        if (label != 0) label = kLungUnsided;
    writer.add(phantom->ct, lungs, about);
  }
  writer.finish(splits, 1);
}

/// A small, quick network on the processor in float32.
inline TrainingConfig smallConfig(int size) {
  TrainingConfig config;
  config.network.size = size;
  config.network.baseChannels = 4;
  config.network.levels = 3;
  config.batchSize = 2;
  config.accumulate = 3;
  config.epochs = 2;
  config.device = DeviceChoice::Cpu;
  config.precision = Precision::Float32;
  config.threads = 1;
  return config;
}

}  // namespace pulmo::test
