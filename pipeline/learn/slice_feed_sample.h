// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <memory>
#include <mutex>
#include <vector>

#include "pipeline/learn/augment.h"
#include "pipeline/learn/slice_store.h"
#include "pipeline/learn/training_config.h"
#include "pipeline/simulate/simulator.h"

namespace pulmo {

/// Makes the samples of one epoch. What it keeps is for speed alone: each sample depends on (store, configuration,
/// epoch, slice, draw) and nothing else.
/// @thread any number of threads may call make()
class SampleMaker {
 public:
  /// How many cases' diseases are kept; the feed's order visits no more cases than that at a time.
  static constexpr std::size_t kKept = 48;

  SampleMaker(const SliceStore& store, const TrainingConfig& config, int epoch);

  /// @param draw     which time this slice is drawn in the epoch: each time looks different
  /// @param images   [neighbours, N, N]   @param labels, lesions  [N, N]
  void make(int slice, int draw, bool augment, float* images, std::uint8_t* labels, std::uint8_t* lesions) const;

 private:
  struct Diseases {
    int caseIndex = -1;
    std::uint64_t used = 0;
    std::once_flag once;
    std::shared_ptr<const LungShape> shape;
    std::unique_ptr<const Disease> asConfigured, circles;
  };

  [[nodiscard]] std::vector<int> neighboursOf(int slice) const;
  [[nodiscard]] bool isBasal(int slice) const;
  void read(int slice, bool thick, SampleSlices& sample, const Disease* disease) const;
  void readPlane(int slice, const Disease* disease, std::uint8_t* lesions, float* to) const;
  [[nodiscard]] std::shared_ptr<const Diseases> diseasesOf(int caseIndex) const;
  [[nodiscard]] std::vector<float> referenceFor(class Random& random) const;

  const SliceStore& store_;
  const TrainingConfig& config_;
  int epoch_;
  std::vector<int> references_;  ///< training slices with lung
  std::vector<int> basalEnd_;    ///< of each case: slices with lung below this one are basal
  mutable std::mutex mutex_;
  mutable std::vector<std::shared_ptr<Diseases>> kept_;
  mutable std::uint64_t clock_ = 0;
};

/// One entry of an epoch's order.
struct DrawnSlice {
  int slice = 0;
  int draw = 0;
  friend bool operator==(const DrawnSlice&, const DrawnSlice&) = default;
};

/// Which slices an epoch trains on, in which order: a function of (store, configuration, epoch). Cases come in groups
/// of SampleMaker::kKept, slices at random within a group.
[[nodiscard]] std::vector<DrawnSlice> trainingOrder(const SliceStore& store, const TrainingConfig& config, int epoch);

}  // namespace pulmo
