// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <deque>
#include <functional>
#include <utility>

#include "models/support/job.h"

namespace pulmo {

/// A job that takes requests while it runs. Of a LatestJob made for Requests::Newest only the newest one counts: it
/// stops the one that runs and takes its place. Made for Requests::All, each is done in turn and none is ever dropped,
/// whatever is cancelled or destroyed meanwhile: for what a person has asked to be saved.
///
/// GUI thread only, except the bodies.
class LatestJob : public QObject {
  Q_OBJECT
 public:
  enum class Requests { Newest, All };

  /// @param title  for the status strip: "Segmenting"
  explicit LatestJob(QString title, QObject* parent = nullptr)
      : LatestJob(std::move(title), Requests::Newest, parent) {}
  LatestJob(QString title, Requests requests, QObject* parent = nullptr);
  ~LatestJob() override;  ///< Requests::All: waits until the last one is done

  [[nodiscard]] const QString& title() const { return title_; }
  [[nodiscard]] Job& job() { return job_; }
  [[nodiscard]] bool cancellable() const { return requests_ == Requests::Newest; }
  [[nodiscard]] bool busy() const;  ///< a request runs or waits, or its result has not been handed over yet

  /// @param completed  called on the GUI thread if this request ran to its end and was neither replaced nor cancelled
  void run(Job::Body body, std::function<void()> completed);
  /// Leaves the processors to others for a while: what runs is stopped, and done from its start when it is let go, with
  /// what has been asked for since. No effect with Requests::All.
  void setHeld(bool held);
  void cancel();  ///< drops the request that waits, stops the one that runs; no effect with Requests::All

 Q_SIGNALS:
  void started();
  /// Nothing runs, nothing waits, and what was completed has been handed over: then the state is Completed.
  void ended(pulmo::Job::State state);

 private:
  struct Request {
    Job::Body body;
    std::function<void()> completed;
  };
  void startNext();
  void jobEnded(Job::State state);

  QString title_;
  Requests requests_;
  std::deque<Request> waiting_;  ///< at most one with Requests::Newest
  Request current_;              ///< the one that runs
  bool held_ = false;
  bool open_ = false;     ///< from a request's start until its result has been handed over
  bool dropped_ = false;  ///< nobody wants the result of the one that runs
  Job job_;               ///< the last member: it joins before what its bodies use goes
};

}  // namespace pulmo
