// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <filesystem>
#include <memory>
#include <vector>

#include "models/study/study.h"
#include "models/support/latest_job.h"
#include "pipeline/core/segmenter.h"
#include "pipeline/imaging/mask_io.h"

namespace pulmo {

/// Makes, loads and saves the masks of the open study. GUI thread only.
class MaskSession : public QObject {
  Q_OBJECT
 public:
  using SegmenterPtr = std::shared_ptr<const Segmenter>;

  /// @param segmenters  the methods offered, best first
  MaskSession(Study& study, std::vector<SegmenterPtr> segmenters, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& segmentJob() { return segmentJob_; }
  [[nodiscard]] LatestJob& loadJob() { return loadJob_; }
  [[nodiscard]] LatestJob& saveJob() { return saveJob_; }  ///< of these none is dropped, whatever happens meanwhile
  [[nodiscard]] const std::vector<SegmenterPtr>& segmenters() const { return segmenters_; }
  void addSegmenter(SegmenterPtr segmenter);                 ///< to those offered, at the end
  [[nodiscard]] double seconds() const { return seconds_; }  ///< the last segmentation took

  void segment(std::size_t method);  ///< result becomes the study's prediction; no effect without a scan
  /// Without values, and where the file does not tell its sides, valuesNeeded asks and nothing is loaded yet.
  void loadReference(const std::filesystem::path& path, const MaskValues& values = {});
  /// A mask of the open scan, in the format that the name's ending asks for: see exportMask().
  void save(const NamedMask& mask, const std::filesystem::path& path, Overwrite overwrite);

 Q_SIGNALS:
  void valuesNeeded(const std::filesystem::path& path, const pulmo::MaskInspection& inspection);
  void segmented();
  void segmentersChanged();
  void saved(const QString& path, const QString& note);  ///< the note: see exportMask()
  void resultSaved(const pulmo::LabelPtr& labels);

 private:
  Study& study_;
  std::vector<SegmenterPtr> segmenters_;
  LatestJob segmentJob_;
  LatestJob loadJob_;
  LatestJob saveJob_;
  double seconds_ = 0;
};

}  // namespace pulmo
