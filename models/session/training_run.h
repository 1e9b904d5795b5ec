// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <QStringList>
#include <filesystem>
#include <functional>
#include <optional>
#include <vector>

#include "pipeline/learn/slice_feed.h"
#include "pipeline/learn/training.h"
#include "pipeline/prepare/prepare.h"

namespace pulmo {

/// What a slice store holds, for choosing one.
struct StoreFacts {
  int size = 0;                              ///< slices are size x size
  int cases = 0, diseased = 0, unsided = 0;  ///< cases without sides train nothing
  int slices[3] = {0, 0, 0};                 ///< of Split::Train, Validation, Test
  int patients[3] = {0, 0, 0};
};

/// Some training slices as the network would see them.
struct SampleSheet {
  Batch batch;
  int size = 0;              ///< N
  int neighbours = 1;        ///< planes an image; the middle one is labelled
  QStringList captions;      ///< case and slice, one each
  double diseasedShare = 0;  ///< of the pixels of lung in all of them, 0 .. 1
};

/// The calls that do the work, injected so that tests need neither a network nor a dataset.
struct TrainingFunctions {
  using Path = std::filesystem::path;
  std::function<Outcome(const TrainingConfig&, const Path& store, const Path& run, const StopToken&, TrainingObserver&)>
      train;
  std::function<Outcome(const Path& store, const Path& run, int epochs, const StopToken&, TrainingObserver&)> resume;
  std::function<StoreFacts(const Path& store)> inspect;
  std::function<RunRecord(const Path& run)> load;
  std::function<std::optional<PrepareReport>(const std::vector<Path>& datasets, const Path& store,
                                             const PrepareOptions&, const StopToken&, const ProgressSink&)>
      prepare;
  /// The first `count` slices that an epoch of such a run would see, with the names of their cases.
  std::function<SampleSheet(const TrainingConfig&, const Path& store, int epoch, int count)> samples;
  [[nodiscard]] static TrainingFunctions real();
};

/// One training as the window knows it: running, ended, or read from its folder.
struct TrainingRun {
  /// NotBegun: of a sweep that ended before it was this run's turn.
  enum class State { Waiting, Running, Completed, Stopped, Failed, Loaded, NotBegun };
  int id = 0;  ///< of this session: stays when others are removed
  QString name;
  std::filesystem::path folder;
  TrainingConfig config;
  State state = State::Waiting;
  QString failure;  ///< the sentence, where it failed
  std::vector<EpochReport> epochs;
  std::vector<StepReport> steps;

  /// The epoch with the lowest validation total (training total without validation); null: none yet.
  [[nodiscard]] const EpochReport* best() const;
};

/// The losses of a run's steps, from its steps.csv; empty where there is none. Damaged lines are left out.
[[nodiscard]] std::vector<StepReport> loadSteps(const std::filesystem::path& runFolder);

/// Results and every setting of some runs as a table that a spreadsheet takes; absent values are empty cells.
[[nodiscard]] std::string runsToCsv(const std::vector<TrainingRun>& runs);

}  // namespace pulmo
