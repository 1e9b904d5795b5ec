// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <vector>

#include "models/study/study.h"
#include "models/support/latest_job.h"
#include "pipeline/imaging/scan_search.h"

namespace pulmo {

/// Opens scans into the study: finds the series below what was chosen or dropped, reads the best chest CT,
/// and any other one the person picks. GUI thread only.
class ScanSession : public QObject {
  Q_OBJECT
 public:
  explicit ScanSession(Study& study, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& job() { return job_; }
  [[nodiscard]] const ScanSearch& search() const { return search_; }
  [[nodiscard]] std::optional<std::size_t> current() const { return current_; }  ///< index into search().series
  [[nodiscard]] const std::vector<std::filesystem::path>& paths() const { return paths_; }

  /// Searches the paths and opens the series with the UID, or the best. What is open stays until the new scan is read.
  void open(const std::vector<std::filesystem::path>& paths, const QString& uid = {});
  void openSeries(std::size_t index);    ///< @pre index < search().series.size()
  void openPhantom(std::uint64_t seed);  ///< with its exact lungs as the reference mask

 Q_SIGNALS:
  void searchChanged();  ///< series found or opened another one

 private:
  void take(const std::shared_ptr<ScanSearch>& found, std::size_t index, Scan scan);

  Study& study_;
  LatestJob job_;
  ScanSearch search_;
  std::optional<std::size_t> current_;
  std::vector<std::filesystem::path> paths_;
};

}  // namespace pulmo
