// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <filesystem>
#include <functional>
#include <optional>

#include "models/session/training_run.h"
#include "models/support/latest_job.h"

namespace pulmo {

/// Training slices to look at before a training: as the network would see them with the settings as they are now.
/// A newer request takes the place of one that is made. GUI thread only.
class SampleSession : public QObject {
  Q_OBJECT
 public:
  using Function = std::function<SampleSheet(const TrainingConfig&, const std::filesystem::path&, int, int)>;

  explicit SampleSession(Function make, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& job() { return job_; }
  void make(const TrainingConfig& config, const std::filesystem::path& store, int epoch, int count);
  [[nodiscard]] const std::optional<SampleSheet>& sheet() const { return sheet_; }
  [[nodiscard]] const QString& failure() const { return failure_; }  ///< of the last request; "" = none

 Q_SIGNALS:
  void changed();  ///< sheet() or failure()

 private:
  Function make_;
  std::optional<SampleSheet> sheet_;
  QString failure_;
  LatestJob job_;  ///< the last member: it joins before what its thread uses goes
};

}  // namespace pulmo
