// SPDX-License-Identifier: Apache-2.0
#include "models/support/latest_job.h"

#include <utility>

namespace pulmo {

namespace {

bool isActive(Job::State state) {
  return state == Job::State::Running || state == Job::State::Stopping;
}

}  // namespace

LatestJob::LatestJob(QString title, QObject* parent) : QObject(parent), title_(std::move(title)) {
  // Queued: a failed job tells its reason after its state, and must have done so before the next one starts.
  connect(&job_, &Job::stateChanged, this, &LatestJob::jobEnded, Qt::QueuedConnection);
}

bool LatestJob::busy() const {
  return isActive(job_.state()) || waiting_.has_value();
}

void LatestJob::run(Job::Body body, std::function<void()> completed) {
  waiting_ = Request{std::move(body), std::move(completed)};
  if (isActive(job_.state())) {
    replaced_ = true;
    job_.requestStop();
  } else {
    startNext();
  }
}

void LatestJob::cancel() {
  waiting_.reset();
  job_.requestStop();
}

void LatestJob::startNext() {
  Request request = std::move(*waiting_);
  waiting_.reset();
  replaced_ = false;
  completed_ = std::move(request.completed);
  Q_EMIT started();
  job_.start(std::move(request.body));
}

void LatestJob::jobEnded(Job::State state) {
  // A queued message of an earlier run may arrive while the next one runs already.
  if (isActive(state) || isActive(job_.state())) return;
  const auto completed = std::exchange(completed_, nullptr);
  if (waiting_) {
    startNext();
    return;
  }
  if (state == Job::State::Completed && !replaced_ && completed) completed();
  if (!busy()) Q_EMIT ended(state);
}

}  // namespace pulmo
