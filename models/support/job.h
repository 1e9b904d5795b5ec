// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <functional>
#include <thread>

#include "pipeline/core/error.h"
#include "pipeline/core/progress.h"

namespace pulmo {

/// Runs one long call on its own thread and tells the GUI thread about it.
///
/// GUI thread only, except the body. Signals arrive queued, in order. The state
/// changes when the worker says so, never when the button is pressed.
/// Destroying a running Job asks it to stop and waits.
class Job : public QObject {
  Q_OBJECT
 public:
  enum class State { Idle, Running, Stopping, Completed, Stopped, Failed };
  Q_ENUM(State)
  using Body = std::function<Outcome(StopToken, const ProgressSink&)>;

  explicit Job(QObject* parent = nullptr);
  ~Job() override;

  [[nodiscard]] State state() const { return state_; }
  void start(Body body);  ///< @pre not Running or Stopping
  void requestStop();     ///< no effect unless Running
  void finish();          ///< waits, without a stop, until the body has returned; its signals still arrive later

 Q_SIGNALS:
  void stateChanged(pulmo::Job::State state);
  void progressed(double fraction, const QString& step);
  void failed(const QString& sentence, const QString& detail, pulmo::ErrorKind kind);

 private:
  void setState(State state);
  State state_ = State::Idle;
  std::jthread thread_;
};

}  // namespace pulmo
