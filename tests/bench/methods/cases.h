// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/core/segmenter.h"
#include "tests/bench/methods/results.h"

namespace pulmo::bench {

struct BenchMethod {
  std::string name;
  std::unique_ptr<Segmenter> segmenter;
  bool network = false;
};

/// Phantoms from here on: the networks were taught on those of the seeds 1 to 3, and limits of the methods were chosen
/// on low ones too.
inline constexpr int kFirstSeed = 101;

/// Nodules are looked for by networks in this many phantoms alone: they take a minute each on a small machine.
inline constexpr int kNetworkNoduleSeeds = 3;

/// Runs methods over the sets and gathers what comes of it; each call appends to results().
class MethodBench {
 public:
  explicit MethodBench(std::vector<BenchMethod> methods);
  [[nodiscard]] const MethodResults& results() const { return results_; }

  void speed();
  void nodules(int seeds);  ///< healthy phantoms, and the same with nodules
  void disease(int seeds);  ///< discs and infiltrates of three degrees
  void scans(const std::filesystem::path& data);
  void slices(const std::filesystem::path& folder);  ///< as they are, and with infiltrates drawn in
  void border(const std::filesystem::path& data, const std::filesystem::path& boxes);

 private:
  struct Judged {
    const char* set;
    std::string name;
    bool distances = true;  ///< surface distances, which need a voxel size
  };
  /// @return null if no lungs were found, or the method cannot work on such a scan
  std::unique_ptr<LabelVolume> measure(const BenchMethod& method, const CtVolume& ct, const Judged& as,
                                       const LabelVolume* reference);

  std::vector<BenchMethod> methods_;
  MethodResults results_;
};

}  // namespace pulmo::bench
