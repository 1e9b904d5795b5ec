// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <chrono>
#include <cmath>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>

#include "pipeline/core/error.h"
#include "pipeline/core/parallel.h"
#include "pipeline/learn/checkpoint.h"
#include "pipeline/learn/optimizer_torch.h"
#include "pipeline/learn/resume_settings.h"
#include "pipeline/learn/run_folder.h"
#include "pipeline/learn/training.h"
#include "pipeline/learn/training_pass_torch.h"
#include "pipeline/learn/weights_file.h"

namespace pulmo {

namespace {

namespace fs = std::filesystem;
using Clock = std::chrono::steady_clock;

constexpr int kSamples = 8;
const char* const kToLower =
    "the batch size and raise the accumulation by as much, which `pulmo train --resume` takes too; or begin a run with "
    "fewer channels or levels";

double secondsSince(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}

int networkThreads(const TrainingConfig& config) {
  if (config.threads > 0) return config.threads;
  const int available = availableThreads();
  return std::max(std::min(2, available), available - config.dataThreads);
}

std::vector<NamedTensor> named(const std::vector<NamedTensor>& like, const std::vector<torch::Tensor>& tensors) {
  std::vector<NamedTensor> result;
  for (std::size_t i = 0; i < like.size(); ++i) {
    const torch::Tensor plain = tensors[i].to(torch::kCPU, torch::kFloat32).contiguous();
    const float* first = plain.data_ptr<float>();
    result.push_back({like[i].name, plain.sizes().vec(), std::vector<float>(first, first + plain.numel()), {}});
  }
  return result;
}

torch::Tensor tensorOf(const NamedTensor& tensor, const torch::Tensor& like) {
  if (tensor.shape != like.sizes().vec())
    throw Error(ErrorKind::InvalidInput, "The checkpoint does not fit its own network: \"" + tensor.name + "\".");
  auto* values = const_cast<float*>(tensor.values.data());
  return torch::empty_like(like).copy_(torch::from_blob(values, like.sizes(), torch::kFloat32));
}

/// A run from wherever it stands to its end. Knows the observer and nothing above it.
class Trainer {
 public:
  Trainer(const TrainingConfig& config, const SliceStore& store, TrainingObserver& observer)
      : config_(config),
        store_(store),
        observer_(observer),
        compute_(chooseCompute(config.device, config.precision, networkThreads(config))),
        net_(makeNetwork(config.network, config.seed)),
        validates_(!store.slicesOf(Split::Validation).empty()) {
    net_->to(compute_.device);
    optimizer_ = std::make_unique<AdamOptimizer>(config.optimizer, config.weightDecay, net_->parameters());
  }

  void restore(const Checkpoint& checkpoint);
  /// Begins to make data: with the constructor all that may be refused, before anything is on the disk.
  void openFeed() {
    if (epoch_ <= config_.epochs) nextFeed_ = makeFeed(SliceFeed::Pass::Training, epoch_, batchesDone_);
  }
  void goInto(RunFolder run) { run_.emplace(std::move(run)); }
  Outcome run(const StopToken& stop);
  void writeCheckpoint(const fs::path& file);

 private:
  bool trainEpoch(const StopToken& stop);
  bool trainBatch(SliceFeed& feed, const StopToken& stop);
  bool finishEpoch(const StopToken& stop);
  void save(const EpochReport& report);
  void preview();
  /// An epoch's order is a function of seed and epoch: what was learned from before a stop is not made again.
  std::unique_ptr<SliceFeed> makeFeed(SliceFeed::Pass pass, int epoch, std::int64_t begun = 0) const {
    return std::make_unique<SliceFeed>(store_, config_, epoch, pass, begun);
  }
  [[nodiscard]] double learningRate() const {
    return config_.learningRate *
           scheduleFactor(config_.schedule, optimizer_->stepsTaken(), updatesPerEpoch() * config_.epochs);
  }
  [[nodiscard]] std::int64_t updatesPerEpoch() const {
    return (batchesPerEpoch_ + config_.accumulate - 1) / config_.accumulate;
  }
  [[nodiscard]] Error notFinite(const std::string& what) const;
  [[nodiscard]] std::string card() const;

  TrainingConfig config_;
  const SliceStore& store_;
  std::optional<RunFolder> run_;
  TrainingObserver& observer_;
  Compute compute_;
  std::shared_ptr<SegmentationNet> net_;
  std::unique_ptr<AdamOptimizer> optimizer_;
  std::unique_ptr<SliceFeed> nextFeed_;
  bool validates_;

  int epoch_ = 1;
  std::int64_t batchesPerEpoch_ = 0, batchesDone_ = 0, stepsDone_ = 0;
  PassSums sums_;
  double epochSeconds_ = 0, epochWaited_ = 0, lastRate_ = 0;
  std::vector<EpochReport> reports_;
};

void Trainer::restore(const Checkpoint& c) {
  loadTensors(*net_, {config_.network, "", c.weights});
  const torch::NoGradGuard noGrad;
  std::vector<torch::Tensor> parameters = net_->parameters();
  if (c.first.size() != parameters.size() || c.second.size() != parameters.size() ||
      (!c.gradients.empty() && c.gradients.size() != parameters.size()))
    throw Error(ErrorKind::InvalidInput, "The checkpoint does not fit its own network.");
  for (std::size_t i = 0; i < parameters.size(); ++i) {
    optimizer_->first()[i].copy_(tensorOf(c.first[i], parameters[i]));
    optimizer_->second()[i].copy_(tensorOf(c.second[i], parameters[i]));
    if (!c.gradients.empty()) parameters[i].mutable_grad() = tensorOf(c.gradients[i], parameters[i]);
  }
  optimizer_->setStepsTaken(c.optimizerSteps);
  epoch_ = c.epoch;
  batchesDone_ = c.batchesDone;
  stepsDone_ = c.stepsDone;
  sums_ = c.sums;
  epochSeconds_ = c.epochSeconds;
  epochWaited_ = c.epochWaited;
  lastRate_ = c.learningRate;
  reports_ = c.reports;
}

void Trainer::writeCheckpoint(const fs::path& file) {
  Checkpoint c;
  c.config = config_;
  c.storeFingerprint = store_.fingerprint();
  c.epoch = epoch_;
  c.batchesDone = batchesDone_;
  c.stepsDone = stepsDone_;
  c.optimizerSteps = optimizer_->stepsTaken();
  c.sums = sums_;
  c.epochSeconds = epochSeconds_;
  c.epochWaited = epochWaited_;
  c.learningRate = lastRate_;
  c.reports = reports_;
  c.weights = tensorsOf(*net_, config_.network, "").tensors;
  c.first = named(c.weights, optimizer_->first());
  c.second = named(c.weights, optimizer_->second());
  if (batchesDone_ % config_.accumulate != 0) c.gradients = named(c.weights, optimizer_->gradients());
  saveCheckpoint(file, c);
  observer_.checkpointWritten(file);
}

Error Trainer::notFinite(const std::string& what) const {
  return {ErrorKind::Numerical, "The " + what + " is no number any more (epoch " + std::to_string(epoch_) + ", step " +
                                    std::to_string(stepsDone_ + 1) +
                                    "). The last good checkpoint is kept; start again with a lower learning rate."};
}

Outcome Trainer::run(const StopToken& stop) {
  for (; epoch_ <= config_.epochs; ++epoch_) {
    if (!trainEpoch(stop) || !finishEpoch(stop)) {
      nextFeed_.reset();
      writeCheckpoint(run_->lastCheckpoint());
      return Outcome::Stopped;
    }
  }
  return Outcome::Completed;
}

bool Trainer::trainEpoch(const StopToken& stop) {
  const std::unique_ptr<SliceFeed> feed =
      nextFeed_ ? std::move(nextFeed_) : makeFeed(SliceFeed::Pass::Training, epoch_, batchesDone_);
  if (batchesPerEpoch_ == 0) {
    batchesPerEpoch_ = feed->batches();
    observer_.started(compute_.text, batchesPerEpoch_, epoch_);
  }
  net_->train();
  batchesDone_ = std::min(batchesDone_, batchesPerEpoch_);  // the last of smaller batches, see goOnWith()
  const double waitedBefore = feed->waitedSeconds();
  const auto start = Clock::now();
  bool more = true;
  while (batchesDone_ < batchesPerEpoch_ && more) more = !stop.stop_requested() && trainBatch(*feed, stop);
  epochSeconds_ += secondsSince(start);
  epochWaited_ += feed->waitedSeconds() - waitedBefore;
  return more;
}

bool Trainer::trainBatch(SliceFeed& feed, const StopToken& stop) {
  const auto batch = feed.next(stop);
  if (!batch) {
    if (stop.stop_requested()) return false;
    throw Error(ErrorKind::Internal, "The training data ended before the epoch did.");
  }
  if (epoch_ == 1) run_->addSamples(*batch, config_.network.neighbours, config_.network.size, kSamples);
  const std::int64_t groupStart = batchesDone_ - batchesDone_ % config_.accumulate;
  const std::int64_t group = std::min<std::int64_t>(config_.accumulate, batchesPerEpoch_ - groupStart);
  const DeviceBatch there = onDevice(*batch, config_.network, compute_.device);
  const StepFigures figures = learnFrom(*net_, there, compute_, 1.0 / static_cast<double>(group), sums_);
  if (!figures.finite()) throw notFinite("loss");
  if (batchesDone_ + 1 == groupStart + group) {
    lastRate_ = learningRate();
    if (!std::isfinite(optimizer_->step(lastRate_))) throw notFinite("gradient");
  }
  ++batchesDone_;
  ++stepsDone_;
  const StepReport report{epoch_, stepsDone_, figures.total, figures.diceLoss, figures.crossEntropy};
  run_->addStep(report);
  observer_.stepDone(report);
  return true;
}

bool Trainer::finishEpoch(const StopToken& stop) {
  const auto start = Clock::now();
  // The next epoch's first batches are made while this one is judged.
  if (epoch_ < config_.epochs) nextFeed_ = makeFeed(SliceFeed::Pass::Training, epoch_ + 1);
  EpochReport report;
  report.epoch = epoch_;
  report.training = figuresOf(sums_);
  if (validates_) {
    const auto feed = makeFeed(SliceFeed::Pass::Validation, epoch_);
    report.validation = validatePass(*net_, compute_, config_.network, *feed, stop);
    if (!report.validation) return false;
    if (!std::isfinite(report.validation->total)) throw notFinite("validation loss");
  }
  const auto judged = [](const EpochReport& r) { return r.validation ? r.validation->total : r.training.total; };
  report.best = std::none_of(reports_.begin(), reports_.end(),
                             [&](const EpochReport& earlier) { return judged(earlier) <= judged(report); });
  report.learningRate = lastRate_ > 0 ? lastRate_ : learningRate();
  report.seconds = epochSeconds_ + secondsSince(start);
  if (epochSeconds_ > 0) {
    report.slicesPerSecond = static_cast<double>(sums_.slices) / epochSeconds_;
    report.waitingShare = epochWaited_ / epochSeconds_;
  }
  reports_.push_back(report);
  save(report);
  preview();
  return true;
}

void Trainer::save(const EpochReport& report) {
  run_->addEpoch(report);
  const int finished = epoch_;
  const bool due = report.epoch % config_.checkpointEvery == 0 || report.epoch == config_.epochs;
  // A checkpoint stands at the beginning of the next epoch.
  ++epoch_;
  batchesDone_ = 0;
  sums_ = {};
  epochSeconds_ = epochWaited_ = 0;
  if (report.best) {
    writeCheckpoint(run_->bestCheckpoint());
    saveWeights(run_->bestModel(), tensorsOf(*net_, config_.network, card()), Overwrite::Replace);
  }
  if (due) {
    writeCheckpoint(run_->lastCheckpoint());
    saveWeights(run_->lastModel(), tensorsOf(*net_, config_.network, card()), Overwrite::Replace);
  }
  epoch_ = finished;
  observer_.epochDone(report);
}

void Trainer::preview() {
  const std::vector<std::int16_t> hu = observer_.previewWanted();
  const auto size = static_cast<std::size_t>(config_.network.size);
  if (hu.size() != size * size) return;
  observer_.previewMade(epoch_, labelsOf(*net_, compute_, config_.network, hu));
}

std::string Trainer::card() const {
  const EpochReport& last = reports_.back();
  std::string text = "Pulmoscope, lungs on chest CT. For research only, not for diagnosis.\n";
  text += "Trained for " + std::to_string(last.epoch) + " of " + std::to_string(config_.epochs) + " epochs on " +
          compute_.text + "; data fingerprint " + std::to_string(store_.fingerprint()) + ".\n";
  text += "Training total loss " + std::to_string(last.training.total);
  if (last.validation) text += ", validation total loss " + std::to_string(last.validation->total);
  return text + ".\nConfiguration:\n" + toJson(config_);
}

/// Two trainings would share LibTorch's threads and slow each other to a crawl.
std::unique_lock<std::mutex> onlyTraining() {
  static std::mutex mutex;
  std::unique_lock lock(mutex, std::try_to_lock);
  if (!lock) throw Error(ErrorKind::InvalidInput, "A training is going on already: wait for it, or stop it first.");
  return lock;
}

void requireUsable(const TrainingConfig& config, const SliceStore& store) {
  validate(config);
  if (store.size() != config.network.size)
    throw Error(ErrorKind::InvalidInput,
                "The dataset holds slices of " + std::to_string(store.size()) + " pixels a side, the network wants " +
                    std::to_string(config.network.size) + ": prepare it again or change network.size.");
  if (store.slicesOf(Split::Train).empty())
    throw Error(ErrorKind::InvalidInput, "The dataset has no training slices: change its split.");
  SliceFeed::requireUsable(store, config, SliceFeed::Pass::Training);
  if (!store.slicesOf(Split::Validation).empty()) SliceFeed::requireUsable(store, config, SliceFeed::Pass::Validation);
}

}  // namespace

Outcome train(const TrainingConfig& config, const SliceStore& store, const fs::path& runFolder, const StopToken& stop,
              TrainingObserver& observer) {
  const auto only = onlyTraining();
  requireUsable(config, store);
  RunFolder::requireNone(runFolder);
  return translated(kToLower, [&] {
    Trainer trainer(config, store, observer);
    trainer.openFeed();
    trainer.goInto(
        RunFolder::create(runFolder, config, [&](const fs::path& checkpoint) { trainer.writeCheckpoint(checkpoint); }));
    return trainer.run(stop);
  });
}

namespace {

/// A run that was begun on another machine may ask for what this one has not, and not everybody who resumes can choose.
std::unique_ptr<Trainer> trainerHere(const TrainingConfig& config, const SliceStore& store,
                                     TrainingObserver& observer) {
  try {
    return std::make_unique<Trainer>(config, store, observer);
  } catch (const Error& e) {
    if (e.kind() != ErrorKind::Unsupported) throw;
    throw Error(
        e.kind(),
        std::string(e.what()) + " The run takes that with `pulmo train --resume --device auto --precision auto`.",
        e.detail());
  }
}

/// @param wanted  the settings to go on with, made from the run's own
Outcome resumeWith(const SliceStore& store, const fs::path& runFolder,
                   const std::function<TrainingConfig(const TrainingConfig&)>& wanted, const StopToken& stop,
                   TrainingObserver& observer) {
  const auto only = onlyTraining();
  RunFolder run = RunFolder::open(runFolder);
  Checkpoint checkpoint = loadCheckpoint(run.lastCheckpoint());
  if (checkpoint.storeFingerprint != store.fingerprint())
    throw Error(ErrorKind::InvalidInput, "The run in " + runFolder.string() +
                                             " was trained on another dataset, or the dataset has changed since.");
  const TrainingConfig before = checkpoint.config;
  goOnWith(checkpoint, wanted(before));
  requireUsable(checkpoint.config, store);
  return translated(kToLower, [&] {
    const auto trainer = trainerHere(checkpoint.config, store, observer);
    trainer->restore(checkpoint);
    trainer->openFeed();
    run.goOn(checkpoint.config, checkpoint.reports, checkpoint.stepsDone);
    trainer->goInto(std::move(run));
    // New settings hold from now on, also if this run is cut off in its first epoch.
    if (!(checkpoint.config == before)) trainer->writeCheckpoint(runFolder / "checkpoint-last.pt");
    return trainer->run(stop);
  });
}

}  // namespace

Outcome resume(const SliceStore& store, const fs::path& runFolder, int epochs, const StopToken& stop,
               TrainingObserver& observer) {
  const auto longer = [epochs](TrainingConfig config) {
    if (epochs > 0) config.epochs = epochs;
    return config;
  };
  return resumeWith(store, runFolder, longer, stop, observer);
}

Outcome resume(const SliceStore& store, const fs::path& runFolder, const TrainingConfig& wanted, const StopToken& stop,
               TrainingObserver& observer) {
  return resumeWith(
      store, runFolder, [&](const TrainingConfig&) { return wanted; }, stop, observer);
}

TrainingConfig configToResume(const fs::path& runFolder) {
  return loadCheckpoint(runFolder / "checkpoint-last.pt").config;
}

}  // namespace pulmo
