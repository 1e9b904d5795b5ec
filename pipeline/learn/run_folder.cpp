// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/run_folder.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <sstream>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"

namespace pulmo {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kEpochsHead =
    "epoch,training_total,training_dice_loss,training_cross_entropy,training_dice_right,training_dice_left,"
    "validation_total,validation_dice_loss,validation_cross_entropy,validation_dice_right,validation_dice_left,"
    "learning_rate,seconds,slices_per_second,waiting_share,best";
constexpr std::size_t kEpochColumns = 16;
constexpr std::string_view kStepsHead = "epoch,step,total,dice_loss,cross_entropy";

/// The shortest text that reads back as the same number, whatever the language set.
std::string text(double value) {
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), value).ptr;
  return {digits.data(), end};
}
std::string text(const std::optional<double>& value) {
  return value ? text(*value) : std::string();
}

std::string columns(const PassFigures& f) {
  return text(f.total) + "," + text(f.diceLoss) + "," + text(f.crossEntropy) + "," + text(f.diceRight) + "," +
         text(f.diceLeft);
}

std::string line(const EpochReport& r) {
  return std::to_string(r.epoch) + "," + columns(r.training) + "," +
         (r.validation ? columns(*r.validation) : std::string(",,,,")) + "," + text(r.learningRate) + "," +
         text(r.seconds) + "," + text(r.slicesPerSecond) + "," + text(r.waitingShare) + "," + (r.best ? "1" : "0") +
         "\n";
}

std::vector<std::string> split(const std::string& row) {
  std::vector<std::string> cells{""};
  for (const char c : row) {
    if (c == ',')
      cells.emplace_back();
    else if (c != '\r')
      cells.back() += c;
  }
  return cells;
}

std::optional<double> numberOf(const std::string& cell) {
  double value = 0;
  const auto [end, failed] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (failed != std::errc() || end != cell.data() + cell.size()) return std::nullopt;
  return value;
}

std::optional<PassFigures> figuresAt(const std::vector<std::string>& cells, std::size_t at) {
  const auto total = numberOf(cells[at]), dice = numberOf(cells[at + 1]), ce = numberOf(cells[at + 2]);
  if (!total || !dice || !ce) return std::nullopt;
  return PassFigures{*total, *dice, *ce, numberOf(cells[at + 3]), numberOf(cells[at + 4])};
}

std::optional<EpochReport> reportOf(const std::string& row) {
  const std::vector<std::string> cells = split(row);
  if (cells.size() != kEpochColumns) return std::nullopt;
  const auto epoch = numberOf(cells[0]);
  const auto training = figuresAt(cells, 1);
  if (!epoch || !training) return std::nullopt;
  EpochReport report;
  report.epoch = static_cast<int>(*epoch);
  report.training = *training;
  report.validation = figuresAt(cells, 6);
  report.learningRate = numberOf(cells[11]).value_or(0);
  report.seconds = numberOf(cells[12]).value_or(0);
  report.slicesPerSecond = numberOf(cells[13]).value_or(0);
  report.waitingShare = numberOf(cells[14]).value_or(0);
  report.best = cells[15] == "1";
  return report;
}

void requireWritten(const std::ostream& out, const fs::path& folder) {
  if (!out) throw Error(ErrorKind::Io, "The run folder " + folder.string() + " cannot be written: is the disk full?");
}

void writePgm(const fs::path& file, int size, const std::vector<std::uint8_t>& pixels) {
  std::string bytes = "P5\n" + std::to_string(size) + " " + std::to_string(size) + "\n255\n";
  bytes.append(pixels.begin(), pixels.end());
  writeAtomically(file, Overwrite::Replace, bytes);
}

std::string readText(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw Error(ErrorKind::Io, file.string() + " cannot be read: is this the folder of a training run?");
  std::ostringstream all;
  all << in.rdbuf();
  return all.str();
}

/// The lines of steps.csv up to a step: later ones will be written again.
std::string stepsUpTo(const fs::path& file, std::int64_t stepsDone) {
  std::string kept = std::string(kStepsHead) + "\n";
  std::ifstream in(file);
  std::string row;
  std::getline(in, row);
  while (std::getline(in, row)) {
    const std::vector<std::string> cells = split(row);
    const auto step = cells.size() == 5 ? numberOf(cells[1]) : std::nullopt;
    if (step && *step <= static_cast<double>(stepsDone)) kept += row + "\n";
  }
  return kept;
}

}  // namespace

RunFolder::RunFolder(fs::path folder) : folder_(std::move(folder)) {
  std::error_code failed;
  fs::create_directories(folder_ / "samples", failed);
  if (failed) throw Error(ErrorKind::Io, "The run folder " + folder_.string() + " cannot be made.", failed.message());
  lock_ = std::make_unique<FolderLock>(folder_, kLock, "Another training is at work in");
}

void RunFolder::requireNone(const fs::path& folder) {
  std::error_code failed;
  for (const char* name : {"config.json", "epochs.csv", "checkpoint-last.pt"})
    if (fs::exists(folder / name, failed))
      throw Error(ErrorKind::Io,
                  "There is a run in " + folder.string() + " already: resume it, or name another folder.");
}

RunFolder RunFolder::create(const fs::path& folder, const TrainingConfig& config,
                            const std::function<void(const fs::path&)>& firstCheckpoint) {
  std::error_code failed;
  const bool isNew = !fs::exists(folder, failed);
  RunFolder run(folder);
  requireNone(folder);
  try {
    firstCheckpoint(run.lastCheckpoint());
    run.writeConfig(config);
    run.openCsv(true);
  } catch (...) {
    run.undoCreation(isNew);
    throw;
  }
  return run;
}

void RunFolder::undoCreation(bool folderToo) {
  epochs_.close();
  steps_.close();
  std::error_code ignored;
  for (const char* name : {"checkpoint-last.pt", "config.json", "epochs.csv", "steps.csv", "samples", kLock})
    fs::remove(folder_ / name, ignored);
  if (folderToo) fs::remove(folder_, ignored);
}

RunFolder RunFolder::open(const fs::path& folder) {
  std::error_code failed;
  if (!fs::exists(folder / "checkpoint-last.pt", failed))
    throw Error(ErrorKind::Io, "There is no training to go on with in " + folder.string() + ": it has no checkpoint.",
                failed.message());
  return RunFolder(folder);
}

void RunFolder::goOn(const TrainingConfig& config, const std::vector<EpochReport>& reports, std::int64_t stepsDone) {
  writeConfig(config);
  std::string epochs = std::string(kEpochsHead) + "\n";
  for (const EpochReport& report : reports) epochs += line(report);
  writeAtomically(folder_ / "epochs.csv", Overwrite::Replace, epochs);
  writeAtomically(folder_ / "steps.csv", Overwrite::Replace, stepsUpTo(folder_ / "steps.csv", stepsDone));
  openCsv(false);
  samples_ = 1 << 20;  // made in the first epoch
}

void RunFolder::writeConfig(const TrainingConfig& config) const {
  writeAtomically(folder_ / "config.json", Overwrite::Replace, toJson(config));
}

void RunFolder::openCsv(bool fresh) {
  const auto mode = fresh ? std::ios::trunc : std::ios::app;
  epochs_.open(folder_ / "epochs.csv", std::ios::binary | std::ios::out | mode);
  steps_.open(folder_ / "steps.csv", std::ios::binary | std::ios::out | mode);
  if (fresh) {
    epochs_ << kEpochsHead << '\n' << std::flush;
    steps_ << kStepsHead << '\n' << std::flush;
  }
  requireWritten(epochs_, folder_);
  requireWritten(steps_, folder_);
}

void RunFolder::addStep(const StepReport& r) {
  steps_ << r.epoch << ',' << r.step << ',' << text(r.total) << ',' << text(r.diceLoss) << ',' << text(r.crossEntropy)
         << '\n'
         << std::flush;
  requireWritten(steps_, folder_);
}

void RunFolder::addEpoch(const EpochReport& report) {
  epochs_ << line(report) << std::flush;
  requireWritten(epochs_, folder_);
}

void RunFolder::addSamples(const Batch& batch, int neighbours, int size, int limit) {
  const auto pixels = static_cast<std::size_t>(size) * static_cast<std::size_t>(size);
  for (int i = 0; i < batch.count && samples_ < limit; ++i, ++samples_) {
    const auto plane = static_cast<std::size_t>(i * neighbours + neighbours / 2) * pixels;
    std::vector<std::uint8_t> image(pixels), labels(pixels);
    for (std::size_t p = 0; p < pixels; ++p) {
      image[p] = static_cast<std::uint8_t>(std::lround(255 * std::clamp(batch.images[plane + p], 0.0F, 1.0F)));
      labels[p] = static_cast<std::uint8_t>(std::min(255, 85 * batch.labels[static_cast<std::size_t>(i) * pixels + p]));
    }
    const std::string name = std::string(samples_ < 9 ? "0" : "") + std::to_string(samples_ + 1);
    writePgm(folder_ / "samples" / (name + "-image.pgm"), size, image);
    writePgm(folder_ / "samples" / (name + "-labels.pgm"), size, labels);
  }
}

RunRecord loadRun(const fs::path& runFolder) {
  RunRecord record;
  record.config = trainingConfigFromJson(readText(runFolder / "config.json"));
  std::istringstream in(readText(runFolder / "epochs.csv"));
  std::string row;
  std::getline(in, row);
  if (!row.starts_with(kEpochsHead))
    throw Error(ErrorKind::InvalidInput, (runFolder / "epochs.csv").string() + " is damaged or of another version.");
  while (std::getline(in, row)) {
    // The last line may be half written while the run goes on.
    if (in.eof()) break;
    const auto report = reportOf(row);
    if (!report)
      throw Error(ErrorKind::InvalidInput, (runFolder / "epochs.csv").string() + " is damaged: a line is no report.",
                  row);
    record.epochs.push_back(*report);
  }
  return record;
}

}  // namespace pulmo
