// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <memory>
#include <vector>

#include "models/session/list_session.h"
#include "models/session/mask_session.h"
#include "models/support/latest_job.h"

namespace pulmo {

/// Segments what is undecided on the review list, in the background, while the person reviews.
///
/// Masks go beside the list, into a folder a method and its weights, so that those of one never stand for those of
/// another. A scan that fails is told on the list and does not keep the rest; a run that was stopped goes on where it
/// was. GUI thread only.
class ListBatch : public QObject {
  Q_OBJECT
 public:
  /// What is passed outlives this.
  ListBatch(ListSession& list, const MaskSession& masks, QObject* parent = nullptr);

  [[nodiscard]] LatestJob& job() { return job_; }
  /// As offered now: networks may be added.
  [[nodiscard]] const std::vector<MaskSession::SegmenterPtr>& segmenters() const { return masks_.segmenters(); }
  void start(std::size_t method);  ///< no effect without a list

 private:
  ListSession& list_;
  const MaskSession& masks_;
  std::shared_ptr<ReviewList> of_;  ///< the list that the job is for
  LatestJob job_;
};

}  // namespace pulmo
