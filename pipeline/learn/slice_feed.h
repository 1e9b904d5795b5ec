// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "pipeline/core/progress.h"
#include "pipeline/learn/slice_store.h"
#include "pipeline/learn/training_config.h"

namespace pulmo {

/// Network input for some slices: HU through the input window onto 0 .. 1, clipped.
struct Batch {
  int count = 0;
  std::vector<int> slices;            ///< rows of the store
  std::vector<float> images;          ///< [count, neighbours, N, N]
  std::vector<std::uint8_t> labels;   ///< [count, N, N], 0, 1 right, 2 left
  std::vector<std::uint8_t> lesions;  ///< [count, N, N], ids of LesionKind, 0 = none
};

/// What one training or validation slice looks like to the network; a pure function of its arguments.
///
/// Disease first (seed of (run, epoch, case); whether at all is drawn a slice), then augmentation by
/// (run, epoch, slice), the same for image, labels and neighbours.
/// @param augment  false: neither disease nor augmentation, only what prediction does too (window, denoise)
[[nodiscard]] Batch makeSample(const SliceStore& store, const TrainingConfig& config, int epoch, int slice,
                               bool augment);

/// Hands out an epoch's batches in a seeded order, made ahead by background threads (config.dataThreads).
/// next() belongs to one thread. Destroying it stops and joins the threads.
class SliceFeed {
 public:
  enum class Pass { Training, Validation };
  /// @param store   outlives the feed
  /// @param begun   batches that the caller has had already: the first is the one after them, and none of them is made
  /// @throws Error{InvalidInput} if the split holds no usable slice
  SliceFeed(const SliceStore& store, const TrainingConfig& config, int epoch, Pass pass, std::int64_t begun = 0);
  ~SliceFeed();

  /// The same refusal before anything else is done. @throws Error{InvalidInput}
  static void requireUsable(const SliceStore& store, const TrainingConfig& config, Pass pass);
  /// The first slices of an epoch as a training with this configuration would see them, to be looked at.
  /// @param count  fewer come where the epoch has fewer; the batch size of the configuration is left aside
  /// @throws as the constructor
  [[nodiscard]] static Batch first(const SliceStore& store, const TrainingConfig& config, int epoch, int count);

  [[nodiscard]] std::int64_t batches() const;  ///< of the epoch; the last one may be smaller
  /// The next batch in order; nullopt after the last, or when stopped.
  /// @throws what making a sample threw
  [[nodiscard]] std::optional<Batch> next(const StopToken& stop);
  [[nodiscard]] double waitedSeconds() const;  ///< in next(), for data that was not ready

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pulmo
