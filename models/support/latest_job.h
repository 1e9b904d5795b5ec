// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <functional>
#include <optional>

#include "models/support/job.h"

namespace pulmo {

/// A job of which only the newest request counts: a new one stops the one that runs and takes its place.
///
/// GUI thread only, except the bodies.
class LatestJob : public QObject {
  Q_OBJECT
 public:
  /// @param title  for the status strip: "Segmenting"
  explicit LatestJob(QString title, QObject* parent = nullptr);

  [[nodiscard]] const QString& title() const { return title_; }
  [[nodiscard]] Job& job() { return job_; }
  [[nodiscard]] bool busy() const;

  /// @param completed  called on the GUI thread if this request ran to its end and was not replaced
  void run(Job::Body body, std::function<void()> completed);
  void cancel();  ///< drops the request that waits, stops the one that runs

 Q_SIGNALS:
  void started();
  void ended(pulmo::Job::State state);  ///< nothing runs and nothing waits

 private:
  struct Request {
    Job::Body body;
    std::function<void()> completed;
  };
  void startNext();
  void jobEnded(Job::State state);

  QString title_;
  Job job_;
  std::optional<Request> waiting_;
  std::function<void()> completed_;
  bool replaced_ = false;
};

}  // namespace pulmo
