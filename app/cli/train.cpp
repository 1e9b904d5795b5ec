// SPDX-License-Identifier: Apache-2.0
#include <chrono>
#include <cmath>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <memory>
#include <optional>
#include <sstream>

#include "app/cli/command.h"
#include "pipeline/core/error.h"
#include "pipeline/learn/allocator.h"
#include "pipeline/learn/training.h"

namespace pulmo::cli {

namespace {

using Json = nlohmann::ordered_json;
using Clock = std::chrono::steady_clock;

/// Named options are short names for fields of the configuration.
struct Named {
  const char* option;
  const char* key;
  const char* help;
};
constexpr std::array<Named, 20> kNamed{{
    {"--pathology-p", "pathologyP", "Chance that a training slice gets disease, 0 to 1"},
    {"--circles-share", "circlesShare", "Of the diseased slices that get circles, 0 to 1"},
    {"--epochs", "epochs", "Epochs"},
    {"--slices-per-epoch", "slicesPerEpoch", "Slices an epoch, 0 = every one once"},
    {"--batch", "batchSize", "Slices a batch"},
    {"--accumulate", "accumulate", "Batches an optimizer step gathers"},
    {"--lr", "learningRate", "Learning rate"},
    {"--weight-decay", "weightDecay", "Weight decay of AdamW"},
    {"--optimizer", "optimizer", "adam or adamw"},
    {"--schedule", "schedule", "constant, poly or cosine"},
    {"--seed", "seed", "Seed of the run"},
    {"--architecture", "network.architecture", "unet, residual or cascade"},
    {"--size", "network.size", "Matrix of the network: as the dataset's"},
    {"--base", "network.baseChannels", "Channels of the first level"},
    {"--levels", "network.levels", "Resolutions"},
    {"--neighbours", "network.neighbours", "Slices the network sees: 1, 3 or 5"},
    {"--device", "device", "auto, cpu or cuda"},
    {"--precision", "precision", "auto, float32 or bfloat16"},
    {"--threads", "threads", "Threads of the network, 0 = automatic"},
    {"--data-threads", "dataThreads", "Threads that make data"},
}};

Json valueOf(const std::string& text) {
  const Json value = Json::parse(text, nullptr, false);
  return value.is_discarded() || value.is_object() || value.is_array() ? Json(text) : value;
}

void setField(Json& config, const std::string& key, const std::string& value) {
  std::string path = "/";
  for (const char c : key) path += c == '.' ? '/' : c;
  const Json::json_pointer pointer(path);
  if (key.empty() || key.find_first_of("/~") != std::string::npos || !config.contains(pointer) ||
      config.at(pointer).is_object())
    throw Error(ErrorKind::InvalidInput,
                "\"" + key + "\" is no field of the configuration: `pulmo train --fields` lists them.");
  config[pointer] = valueOf(value);
}

std::string readText(const std::string& file) {
  std::ifstream in(file, std::ios::binary);
  std::ostringstream all;
  all << in.rdbuf();
  if (!in) throw Error(ErrorKind::Io, file + " cannot be read.");
  return all.str();
}

std::string clock(double seconds) {
  const auto minutes = static_cast<long>(seconds / 60);
  std::array<char, 32> text{};
  if (minutes >= 60)
    std::snprintf(text.data(), text.size(), "%ld h %02ld min", minutes / 60, minutes % 60);
  else if (minutes >= 1)
    std::snprintf(text.data(), text.size(), "%ld min", minutes);
  else
    std::snprintf(text.data(), text.size(), "%.0f s", seconds);
  return text.data();
}

std::string figures(const char* name, const PassFigures& f) {
  const auto score = [](const std::optional<double>& dice) {
    std::array<char, 16> text{};
    if (dice) std::snprintf(text.data(), text.size(), "%.4f", *dice);
    return dice ? std::string(text.data()) : std::string("-");
  };
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), "  %s %.4f (Dice loss %.4f, CE %.4f), Dice R ", name, f.total, f.diceLoss,
                f.crossEntropy);
  return text.data() + score(f.diceRight) + " L " + score(f.diceLeft);
}

/// A line an epoch on standard error; between them the share done, where someone watches.
class Reporter final : public TrainingObserver {
 public:
  Reporter(const Context& context, int epochs) : context_(context), epochs_(epochs) {}

  void started(const std::string& device, std::int64_t stepsPerEpoch, int firstEpoch) override {
    device_ = device;
    stepsPerEpoch_ = stepsPerEpoch;
    start_ = Clock::now();
    context_.say("Training on " + device + ": epochs " + std::to_string(firstEpoch) + " to " + std::to_string(epochs_) +
                 ", " + std::to_string(stepsPerEpoch) + " batches each.");
  }
  void stepDone(const StepReport& r) override {
    const double share = static_cast<double>(r.step) / (static_cast<double>(stepsPerEpoch_) * epochs_);
    std::array<char, 64> text{};
    std::snprintf(text.data(), text.size(), "epoch %d, loss %.4f", r.epoch, r.total);
    context_.progress(std::min(share, 0.9999), text.data());
  }
  void epochDone(const EpochReport& r) override {
    ++epochsSeen_;
    const double spent = std::chrono::duration<double>(Clock::now() - start_).count();
    std::array<char, 128> speed{};
    std::snprintf(speed.data(), speed.size(), "  %.1f slices/s, waiting %.1f %%, lr %.2e, left %s", r.slicesPerSecond,
                  100 * r.waitingShare, r.learningRate, clock(spent / epochsSeen_ * (epochs_ - r.epoch)).c_str());
    std::string line =
        "epoch " + std::to_string(r.epoch) + "/" + std::to_string(epochs_) + figures("train", r.training);
    if (r.validation) line += figures("valid", *r.validation);
    context_.progress(1, "");
    context_.say(line + speed.data() + (r.best ? "  best" : ""));
  }
  void checkpointWritten(const std::filesystem::path&) override {}

  [[nodiscard]] const std::string& device() const { return device_; }

 private:
  const Context& context_;
  int epochs_;
  std::string device_;
  std::int64_t stepsPerEpoch_ = 1;
  int epochsSeen_ = 0;
  Clock::time_point start_;
};

Json jsonOf(const PassFigures& f) {
  Json object{{"total", f.total}, {"diceLoss", f.diceLoss}, {"crossEntropy", f.crossEntropy}};
  object["diceRight"] = f.diceRight ? Json(*f.diceRight) : Json(nullptr);
  object["diceLeft"] = f.diceLeft ? Json(*f.diceLeft) : Json(nullptr);
  return object;
}

Json summaryOf(const std::string& folder, const RunRecord& record, Outcome outcome, const std::string& device) {
  Json summary{{"run", folder},
               {"outcome", outcome == Outcome::Completed ? "completed" : "stopped"},
               {"device", device},
               {"epochs", record.epochs.size()}};
  const EpochReport* best = nullptr;
  for (const EpochReport& report : record.epochs)
    if (report.best) best = &report;
  if (best != nullptr) {
    summary["bestEpoch"] = best->epoch;
    summary["bestTraining"] = jsonOf(best->training);
    summary["bestValidation"] = best->validation ? jsonOf(*best->validation) : Json(nullptr);
  }
  if (!record.epochs.empty()) {
    summary["slicesPerSecond"] = record.epochs.back().slicesPerSecond;
    summary["waitingShare"] = record.epochs.back().waitingShare;
  }
  return summary;
}

void listFields() {
  for (const TrainingField& f : trainingFields())
    std::printf("%-36.*s %10.10g .. %-10.10g %.*s\n", static_cast<int>(f.key.size()), f.key.data(), f.low, f.high,
                static_cast<int>(f.unit.size()), f.unit.data());
  std::cout << "\nDefaults, with the fields that are words:\n" << toJson(TrainingConfig{});
}

struct Options {
  std::string store, run, configFile;
  std::vector<std::string> sets;
  std::array<std::string, kNamed.size()> named;
  bool resume = false, fields = false;
};

/// @param start  what is not said, where no file says it
TrainingConfig configOf(const Options& options, const TrainingConfig& start) {
  Json config = Json::parse(options.configFile.empty() ? toJson(start)
                                                       : toJson(trainingConfigFromJson(readText(options.configFile))));
  for (std::size_t i = 0; i < kNamed.size(); ++i)
    if (!options.named[i].empty()) setField(config, kNamed[i].key, options.named[i]);
  for (const std::string& set : options.sets) {
    const std::size_t equals = set.find('=');
    if (equals == std::string::npos)
      throw Error(ErrorKind::InvalidInput, "--set wants KEY=VALUE, as in --set augmentation.noiseHu=60.");
    setField(config, set.substr(0, equals), set.substr(equals + 1));
  }
  return trainingConfigFromJson(config.dump());
}

void runTraining(const Options& options, Context& context) {
  tuneAllocator();
  const SliceStore store(options.store);
  Outcome outcome = Outcome::Completed;
  std::string device;
  if (options.resume) {
    const TrainingConfig config = configOf(options, configToResume(options.run));
    Reporter reporter(context, config.epochs);
    outcome = resume(store, options.run, config, context.stop, reporter);
    device = reporter.device();
  } else {
    TrainingConfig defaults;
    defaults.network.size = store.size();
    const TrainingConfig config = configOf(options, defaults);
    Reporter reporter(context, config.epochs);
    outcome = train(config, store, options.run, context.stop, reporter);
    device = reporter.device();
  }
  if (context.json)
    context.print(nlohmann::json::parse(summaryOf(options.run, loadRun(options.run), outcome, device).dump()));
  else if (outcome == Outcome::Completed)
    context.say("Done: the best network is " + options.run + "/model-best.pth.");
  else
    context.say("Go on with: pulmo train " + options.store + " -o " + options.run + " --resume");
  if (outcome == Outcome::Stopped) context.exitCode = kStopped;
}

}  // namespace

void addTrain(CLI::App& app, Context& context) {
  auto options = std::make_shared<Options>();
  auto* command = app.add_subcommand("train", "Train a network on a prepared dataset; Ctrl-C stops, --resume goes on");
  auto* store = command->add_option("STORE", options->store, "A folder that `pulmo prepare` made");
  auto* run = command->add_option("-o,--output", options->run, "Folder of the run");
  command->add_flag("--resume", options->resume,
                    "Go on from the folder's last checkpoint; --epochs, --device, --precision, --threads and "
                    "--data-threads may change, and --batch with --accumulate while their product stays");
  command->add_option("--config", options->configFile, "Settings to start from: a run's config.json");
  for (std::size_t i = 0; i < kNamed.size(); ++i)
    command->add_option(kNamed[i].option, options->named[i], kNamed[i].help);
  command->add_option("--set", options->sets, "Any field of the configuration, as KEY=VALUE; may be given often")
      ->allow_extra_args(false);
  command->add_flag("--fields", options->fields, "List the configuration's fields with limits, units and defaults");
  addJson(*command, context);
  command->callback([options, store, run, &context] {
    if (options->fields) {
      listFields();
      return;
    }
    if (store->count() == 0) throw CLI::RequiredError("STORE");
    if (run->count() == 0) throw CLI::RequiredError("--output");
    runTraining(*options, context);
  });
}

}  // namespace pulmo::cli
