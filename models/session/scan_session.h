// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <utility>
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
  /// What the last search found that found anything, whether or not one of it could be opened.
  [[nodiscard]] const ScanSearch& search() const { return search_; }
  /// Index into search().series; absent: the open scan is none of them.
  [[nodiscard]] std::optional<std::size_t> current() const { return current_; }
  [[nodiscard]] const std::vector<std::filesystem::path>& paths() const { return paths_; }  ///< of the open scan

  /// Is asked before another scan is opened, since that drops the open one's masks. @param then  opens it all the same
  /// @return whether it may be opened now; if not, `then` may be called later
  using Guard = std::function<bool(std::function<void()> then)>;
  void setGuard(Guard guard) { guard_ = std::move(guard); }
  [[nodiscard]] bool mayLeave(std::function<void()> then) { return !guard_ || guard_(std::move(then)); }

  /// Searches the paths and opens the series with the UID, or the best. What is open stays until the new scan is read;
  /// what was found is told before, so that another series can be picked where the best one cannot be opened.
  void open(const std::vector<std::filesystem::path>& paths, const QString& uid = {});
  void openSeries(std::size_t index);    ///< @pre index < search().series.size()
  void openPhantom(std::uint64_t seed);  ///< with its exact lungs as the reference mask

 Q_SIGNALS:
  void searchChanged();  ///< series found or opened another one

 private:
  using Paths = std::vector<std::filesystem::path>;
  void publish(const ScanSearch& found, const Paths& paths);
  void take(const ScanSearch& found, const Paths& paths, std::size_t index, Scan scan);

  Study& study_;
  Guard guard_;
  LatestJob job_;
  ScanSearch search_;
  std::optional<std::size_t> current_;
  Paths searchedPaths_;  ///< where search_ looked
  Paths paths_;
  std::uint64_t requests_ = 0;  ///< so far: a search that ends after a newer request is not told
};

}  // namespace pulmo
