// SPDX-License-Identifier: Apache-2.0
#include "models/support/latest_job.h"

#include <utility>

namespace pulmo {

namespace {

bool isActive(Job::State state) {
  return state == Job::State::Running || state == Job::State::Stopping;
}

}  // namespace

LatestJob::LatestJob(QString title, Requests requests, QObject* parent)
    : QObject(parent), title_(std::move(title)), requests_(requests) {
  // Queued: a failed job tells its reason after its state, and must have done so before the next one starts.
  connect(&job_, &Job::stateChanged, this, &LatestJob::jobEnded, Qt::QueuedConnection);
}

LatestJob::~LatestJob() {
  if (requests_ == Requests::Newest) return;
  job_.finish();
  for (const Request& request : waiting_) {
    try {
      (void)request.body({}, [](double, const std::string&) {});
    } catch (const std::exception& e) {  // whoever could be told is gone
      qWarning("%s: %s", qPrintable(title_), e.what());
    }
  }
}

bool LatestJob::busy() const {
  return open_ || isActive(job_.state()) || !waiting_.empty();
}

void LatestJob::run(Job::Body body, std::function<void()> completed) {
  const bool wait = requests_ == Requests::All ? open_ : isActive(job_.state());
  if (requests_ == Requests::Newest) waiting_.clear();
  waiting_.push_back({std::move(body), std::move(completed)});
  if (!wait) {
    if (!held_) startNext();
  } else if (requests_ == Requests::Newest) {
    dropped_ = true;
    job_.requestStop();
  }
}

void LatestJob::setHeld(bool held) {
  if (requests_ == Requests::All || held == held_) return;
  held_ = held;
  if (!held && !waiting_.empty() && !isActive(job_.state())) {
    startNext();
  } else if (held && job_.state() == Job::State::Running && !dropped_) {
    waiting_.push_back(current_);
    dropped_ = true;
    job_.requestStop();
  }
}

void LatestJob::cancel() {
  if (requests_ == Requests::All) return;
  const bool held = !open_ && !waiting_.empty();
  waiting_.clear();
  dropped_ = true;
  job_.requestStop();
  if (held) Q_EMIT ended(Job::State::Stopped);
}

void LatestJob::startNext() {
  current_ = std::move(waiting_.front());
  waiting_.pop_front();
  dropped_ = false;
  open_ = true;
  Q_EMIT started();
  job_.start(current_.body);
}

void LatestJob::jobEnded(Job::State state) {
  // A queued message of an earlier run may arrive while the next one runs already, or after that one's own.
  if (isActive(state) || isActive(job_.state()) || !open_) return;
  const bool deliver = state == Job::State::Completed && !dropped_;
  const auto completed = std::exchange(current_, {}).completed;
  if (deliver && completed) completed();
  if (isActive(job_.state()) || !open_) return;  // it has asked for more
  open_ = false;
  if (!waiting_.empty() && !held_)
    startNext();
  else if (waiting_.empty())
    Q_EMIT ended(state == Job::State::Completed && !deliver ? Job::State::Stopped : state);
}

}  // namespace pulmo
