// SPDX-License-Identifier: Apache-2.0
// Trains a few steps with LibTorch alone: does this build, on this machine, learn at all? For servers that have no Qt
// and so none of the other tests. `canary cpu` or `canary gpu`; ends with 0, 1, or 77 for "skipped".
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <string>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/learn/allocator.h"
#include "pipeline/learn/device_report.h"
#include "pipeline/learn/training.h"
#include "tests/learn/phantom_store.h"

namespace {

namespace fs = std::filesystem;
using pulmo::DeviceChoice;
using pulmo::Outcome;

constexpr int kSkipped = 77;
int failures = 0;

void expect(bool right, const char* what) {
  std::printf("%s  %s\n", right ? "ok  " : "FAIL", what);
  if (!right) ++failures;
}

class Recorder : public pulmo::TrainingObserver {
 public:
  std::stop_source stop;
  std::int64_t stopAt = -1;
  std::vector<double> losses;
  std::vector<pulmo::EpochReport> epochs;
  std::string device;

  void started(const std::string& name, std::int64_t, int) override { device = name; }
  void stepDone(const pulmo::StepReport& report) override {
    losses.push_back(report.total);
    if (report.step == stopAt) stop.request_stop();
  }
  void epochDone(const pulmo::EpochReport& report) override { epochs.push_back(report); }
  void checkpointWritten(const fs::path&) override {}
};

/// A folder that goes away again.
class Scratch {
 public:
  Scratch() {
    std::string name = (fs::temp_directory_path() / "pulmo-canary-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw pulmo::Error(pulmo::ErrorKind::Io, "No temporary folder can be made.");
    path_ = name;
  }
  ~Scratch() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Scratch(const Scratch&) = delete;
  Scratch& operator=(const Scratch&) = delete;
  [[nodiscard]] const fs::path& path() const { return path_; }

 private:
  fs::path path_;
};

pulmo::TrainingConfig configFor(DeviceChoice device) {
  pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
  config.network.baseChannels = 8;
  config.device = device;
  config.accumulate = 1;
  config.epochs = 10;
  config.pathologyP = 0.5;
  if (device == DeviceChoice::Cuda) config.precision = pulmo::Precision::Auto;
  return config;
}

void learns(const pulmo::SliceStore& store, const fs::path& folder, DeviceChoice device) {
  const pulmo::TrainingConfig config = configFor(device);
  Recorder first, second;
  pulmo::train(config, store, folder / "first", first.stop.get_token(), first);
  const pulmo::EpochReport& last = first.epochs.back();
  std::printf("      %s: total loss %.4f in the first epoch, %.4f in the last; %.0f slices/s\n", first.device.c_str(),
              first.epochs.front().training.total, last.training.total, last.slicesPerSecond);
  expect(last.training.total < 0.7 * first.epochs.front().training.total, "the loss falls");
  if (device == DeviceChoice::Cpu) {  // a GPU adds in any order
    pulmo::train(config, store, folder / "second", second.stop.get_token(), second);
    expect(first.losses == second.losses, "the same seed gives the same losses, to the last bit");
  }
}

void stops(const pulmo::SliceStore& store, const fs::path& folder, DeviceChoice device) {
  Recorder seen, after;
  seen.stopAt = 3;
  const Outcome outcome = pulmo::train(configFor(device), store, folder / "stopped", seen.stop.get_token(), seen);
  expect(outcome == Outcome::Stopped && seen.losses.size() == 3, "a stop is obeyed within one step");
  expect(pulmo::resume(store, folder / "stopped", 2, {}, after) == Outcome::Completed && after.epochs.size() == 2,
         "and the run goes on");
}

void refuses(const pulmo::SliceStore& store, const fs::path& folder) {
  pulmo::TrainingConfig config = configFor(DeviceChoice::Cpu);
  config.batchSize = 0;
  Recorder seen;
  std::string sentence;
  try {
    pulmo::train(config, store, folder / "refused", {}, seen);
  } catch (const pulmo::Error& e) {
    sentence = e.what();
  }
  expect(sentence.find("batchSize") != std::string::npos, "a bad configuration is refused, its field named");
}

}  // namespace

int main(int argc, char** argv) {
  const bool gpu = argc > 1 && std::strcmp(argv[1], "gpu") == 0;
  try {
    pulmo::tuneAllocator();
    const pulmo::DeviceReport report = pulmo::reportDevice();
    std::printf("LibTorch %s; %s %s\n", report.libtorchVersion.c_str(), report.name.c_str(), report.reason.c_str());
    if (gpu && !report.cuda) {
      std::printf("skipped: no CUDA GPU answers here, so nothing was tried on one\n");
      return kSkipped;
    }
    const Scratch scratch;
    pulmo::test::writePhantomStore(scratch.path() / "store", 64, 24, {pulmo::Split::Train, pulmo::Split::Validation});
    const pulmo::SliceStore store(scratch.path() / "store");
    const DeviceChoice device = gpu ? DeviceChoice::Cuda : DeviceChoice::Cpu;
    learns(store, scratch.path(), device);
    stops(store, scratch.path(), device);
    refuses(store, scratch.path());
  } catch (const pulmo::Error& e) {
    std::printf("FAIL  %s (%s)\n", e.what(), e.detail().c_str());
    return 1;
  }
  return failures == 0 ? 0 : 1;
}
