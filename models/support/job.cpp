// SPDX-License-Identifier: Apache-2.0
#include "models/support/job.h"

#include <QMetaObject>
#include <new>
#include <utility>

namespace pulmo {

Job::Job(QObject* parent) : QObject(parent) {}

Job::~Job() {
  thread_.request_stop();
  if (thread_.joinable()) thread_.join();
}

void Job::start(Body body) {
  Q_ASSERT(state_ != State::Running && state_ != State::Stopping);
  if (thread_.joinable()) thread_.join();
  setState(State::Running);
  thread_ = std::jthread([this, body = std::move(body)](StopToken stop) {
    // The only place where a worker's exceptions end.
    const auto post = [this](auto f) { QMetaObject::invokeMethod(this, std::move(f), Qt::QueuedConnection); };
    const ProgressSink sink = [this, post](double fraction, const std::string& step) {
      post([this, fraction, text = QString::fromStdString(step)] { Q_EMIT progressed(fraction, text); });
    };
    const auto fail = [this, post](ErrorKind kind, const std::string& sentence, const std::string& detail) {
      post([this, kind, s = QString::fromStdString(sentence), d = QString::fromStdString(detail)] {
        setState(State::Failed);
        Q_EMIT failed(s, d, kind);
      });
    };
    try {
      const Outcome outcome = body(stop, sink);
      post([this, outcome] { setState(outcome == Outcome::Completed ? State::Completed : State::Stopped); });
    } catch (const Error& e) {
      fail(e.kind(), e.what(), e.detail());
    } catch (const std::bad_alloc& e) {
      fail(ErrorKind::OutOfMemory, "There is not enough memory for this.", e.what());
    } catch (const std::exception& e) {
      fail(ErrorKind::Internal, "Something unexpected went wrong.", e.what());
    }
  });
}

void Job::requestStop() {
  if (state_ != State::Running) return;
  setState(State::Stopping);
  thread_.request_stop();
}

void Job::finish() {
  if (thread_.joinable()) thread_.join();
}

void Job::setState(State state) {
  if (state_ == state) return;
  state_ = state;
  Q_EMIT stateChanged(state);
}

}  // namespace pulmo
