// SPDX-License-Identifier: Apache-2.0
// How fast the default network learns and predicts here, and how long it waits for its data: at most 3 %.
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <string>

#include "pipeline/core/error.h"
#include "pipeline/learn/allocator.h"
#include "pipeline/learn/device_report.h"
#include "pipeline/learn/training.h"
#include "tests/learn/phantom_store.h"

namespace {

namespace fs = std::filesystem;

constexpr double kMostWaiting = 0.03;

class Last : public pulmo::TrainingObserver {
 public:
  pulmo::EpochReport report;
  std::string device;
  void started(const std::string& name, std::int64_t, int) override { device = name; }
  void stepDone(const pulmo::StepReport&) override {}
  void epochDone(const pulmo::EpochReport& r) override { report = r; }
  void checkpointWritten(const fs::path&) override {}
};

/// Two epochs; the second counts: by then memory is laid out and the data run ahead.
pulmo::EpochReport measured(const pulmo::SliceStore& store, const fs::path& run, pulmo::Precision precision,
                            int slices) {
  pulmo::TrainingConfig config;
  config.precision = precision;
  config.epochs = 2;
  config.slicesPerEpoch = slices;
  Last last;
  pulmo::train(config, store, run, {}, last);
  const double validation = last.report.seconds - slices / last.report.slicesPerSecond;
  const auto judged = static_cast<double>(store.slicesOf(pulmo::Split::Validation).size());
  std::printf("%-32s training %6.1f slices/s, waiting %.1f %% (limit %.0f %%); validation about %.1f slices/s\n",
              last.device.c_str(), last.report.slicesPerSecond, 100 * last.report.waitingShare, 100 * kMostWaiting,
              judged / validation);
  return last.report;
}

}  // namespace

int main(int argc, char** argv) {
  const int slices = argc > 1 ? std::atoi(argv[1]) : 96;
  pulmo::tuneAllocator();
  std::string folder = (fs::temp_directory_path() / "pulmo-bench-XXXXXX").string();
  if (mkdtemp(folder.data()) == nullptr) return 1;
  int result = 1;
  try {
    const fs::path root = folder;
    pulmo::test::writePhantomStore(root / "store", 256, 48, {pulmo::Split::Train, pulmo::Split::Validation});
    const pulmo::SliceStore store(root / "store");
    std::printf("256 x 256, batch 4, 16 channels, 5 levels, p = 0.8, all augmentation\n");
    const auto full = measured(store, root / "float32", pulmo::Precision::Float32, slices);
    bool waits = full.waitingShare > kMostWaiting;
    if (pulmo::reportDevice().bf16 || pulmo::reportDevice().cuda) {
      const auto half = measured(store, root / "bf16", pulmo::Precision::BFloat16, slices);
      waits = waits || half.waitingShare > kMostWaiting;
      std::printf("bf16 : float32 = %.2f\n", half.slicesPerSecond / full.slicesPerSecond);
    }
    result = waits ? 1 : 0;
  } catch (const pulmo::Error& e) {
    std::printf("%s (%s)\n", e.what(), e.detail().c_str());
  }
  std::error_code ignored;
  fs::remove_all(folder, ignored);
  return result;
}
