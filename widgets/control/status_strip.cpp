// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/status_strip.h"

#include <QFile>
#include <QHBoxLayout>
#include <QLabel>
#include <QMessageBox>
#include <QProgressBar>
#include <QStyle>
#include <QToolButton>
#include <algorithm>
#include <cmath>

#include "models/support/latest_job.h"

namespace pulmo {

namespace {

constexpr int kAppearMs = 200;

/// @param fraction  of what there was to do when it began
QString timeLeft(double elapsedSeconds, double fraction) {
  if (fraction < 0.05 || elapsedSeconds < 1) return {};
  const double left = elapsedSeconds * (1 - fraction) / fraction;
  if (left < 90) return StatusStrip::tr("about %1 s left").arg(std::max(1, static_cast<int>(std::lround(left))));
  return StatusStrip::tr("about %1 min left").arg(static_cast<int>(std::lround(left / 60)));
}

void setRole(QLabel* label, const char* role) {
  label->setProperty("role", role);
  label->style()->unpolish(label);
  label->style()->polish(label);
}

/// Resident memory of this process in MB; 0 where the system does not tell.
double residentMb() {
  QFile file(QStringLiteral("/proc/self/statm"));
  if (!file.open(QIODevice::ReadOnly)) return 0;
  const QList<QByteArray> fields = file.readAll().split(' ');
  return fields.size() > 1 ? fields[1].toDouble() * 4096 / 1e6 : 0;
}

}  // namespace

StatusStrip::StatusStrip(QWidget* parent)
    : QWidget(parent),
      error_(new QLabel(this)),
      details_(new QToolButton(this)),
      dismiss_(new QToolButton(this)),
      text_(new QLabel(this)),
      bar_(new QProgressBar(this)),
      cancel_(new QToolButton(this)),
      timeLeft_(new QLabel(this)),
      device_(new QLabel(this)),
      memory_(new QLabel(this)) {
  text_->setObjectName("status.text");
  error_->setObjectName("status.error");
  setRole(error_, "error");
  for (QLabel* label : {error_, text_}) {
    label->setTextInteractionFlags(Qt::TextSelectableByMouse);
    label->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
  }
  dismiss_->setObjectName("status.dismiss");
  dismiss_->setText(QStringLiteral("×"));
  dismiss_->setToolTip(tr("Dismiss this message"));
  details_->setObjectName("status.details");
  details_->setText(tr("Details"));
  details_->setToolTip(tr("What the failing part itself said"));
  bar_->setObjectName("status.progress");
  bar_->setRange(0, 1000);
  bar_->setFixedWidth(180);
  bar_->setFormat("%p %");
  cancel_->setObjectName("status.cancel");
  cancel_->setIcon(QIcon(":/icons/cancel.svg"));
  cancel_->setText(tr("Cancel"));
  cancel_->setToolButtonStyle(Qt::ToolButtonTextBesideIcon);
  cancel_->setToolTip(tr("Stop what is running"));
  timeLeft_->setObjectName("status.timeLeft");
  device_->setObjectName("status.device");
  auto* banner = new QLabel(tr("Research use only"), this);
  banner->setToolTip(tr("Not a medical device: not for diagnosis or treatment."));
  for (QLabel* label : {timeLeft_, device_, memory_, banner}) setRole(label, "banner");
  memory_->setToolTip(tr("Memory that this program uses now"));
  auto* row = new QHBoxLayout(this);
  row->setContentsMargins(8, 2, 4, 2);
  row->setSpacing(6);
  cancel_->ensurePolished();
  row->addStrut(cancel_->sizeHint().height());  // what comes and goes moves no pane: somebody may be painting in it
  row->addWidget(error_, 2);
  row->addWidget(details_);
  row->addWidget(dismiss_);
  row->addWidget(text_, 1);
  for (QWidget* widget : std::initializer_list<QWidget*>{bar_, timeLeft_, cancel_, device_, memory_, banner})
    row->addWidget(widget);
  appear_.setSingleShot(true);
  appear_.setInterval(kAppearMs);
  connect(&appear_, &QTimer::timeout, this, &StatusStrip::showCurrent);
  connect(cancel_, &QToolButton::clicked, this, [this] {
    if (!running_.empty()) running_.back().job->cancel();
  });
  connect(details_, &QToolButton::clicked, this,
          [this] { QMessageBox::information(this, tr("Details"), detailText_); });
  connect(dismiss_, &QToolButton::clicked, this, &StatusStrip::clearError);
  memoryTimer_.setInterval(2000);
  connect(&memoryTimer_, &QTimer::timeout, this, &StatusStrip::showMemory);
  memoryTimer_.start();
  showMemory();
  clearError();
  showCurrent();
}

void StatusStrip::watch(LatestJob& job, bool stoppedByEsc) {
  LatestJob* watched = &job;
  if (stoppedByEsc) byEsc_.insert(watched);
  connect(watched, &LatestJob::started, this, [this, watched] { jobStarted(watched); });
  connect(watched, &LatestJob::ended, this,
          [this, watched](Job::State state) { jobEnded(watched, state == Job::State::Stopped); });
  connect(&watched->job(), &Job::progressed, this,
          [this, watched](double fraction, const QString& step) { showProgress(watched, fraction, step); });
  connect(&watched->job(), &Job::failed, this,
          [this, watched](const QString& sentence, const QString& details) { showError(sentence, details, watched); });
}

std::vector<StatusStrip::Running>::iterator StatusStrip::find(const LatestJob* job) {
  return std::find_if(running_.begin(), running_.end(), [job](const Running& r) { return r.job == job; });
}

void StatusStrip::jobStarted(LatestJob* job) {
  const auto before = find(job);
  // Of requests that wait for one another, the next one's start is no answer to the failure of the last.
  const bool next = before != running_.end() && !job->cancellable();
  if (errorFrom_ == job && !next) clearError();
  if (before != running_.end()) running_.erase(before);
  running_.emplace_back();
  running_.back().job = job;
  running_.back().since.start();
  if (bar_->isVisible())
    showCurrent();
  else
    appear_.start();
}

void StatusStrip::jobEnded(LatestJob* job, bool stopped) {
  if (const auto ended = find(job); ended != running_.end()) running_.erase(ended);
  if (running_.empty()) appear_.stop();
  if (stopped)
    showText(tr("%1: stopped.").arg(job->title()), false);
  else if (progressShown_)
    showText({}, false);
  showCurrent();
}

void StatusStrip::showProgress(LatestJob* job, double fraction, const QString& step) {
  const auto running = find(job);
  if (running == running_.end()) return;
  running->fraction = std::clamp(fraction, 0.0, 1.0);
  if (!running->first) {
    running->first = running->fraction;
    running->since.start();
  }
  running->step = step;
  if (running + 1 == running_.end() && bar_->isVisible()) showCurrent();
}

void StatusStrip::showCurrent() {
  const bool active = !running_.empty() && !appear_.isActive();
  for (QWidget* widget : std::initializer_list<QWidget*>{bar_, timeLeft_}) widget->setVisible(active);
  cancel_->setVisible(active && running_.back().job->cancellable());
  if (!active) return;
  const Running& last = running_.back();
  bar_->setValue(static_cast<int>(std::lround(1000 * last.fraction)));
  const double first = last.first.value_or(0), toDo = std::max(1e-6, 1 - first);
  timeLeft_->setText(timeLeft(static_cast<double>(last.since.elapsed()) / 1000, (last.fraction - first) / toDo));
  cancel_->setToolTip(byEsc_.contains(last.job) ? tr("Stop what is running (Esc)") : tr("Stop what is running"));
  const QString& title = last.job->title();
  showText(last.step.isEmpty() ? title + QStringLiteral(" …") : title + QStringLiteral(": ") + last.step, true);
}

void StatusStrip::setDevice(const QString& name, const QString& reason) {
  device_->setText(name);
  device_->setToolTip(reason);
}

void StatusStrip::showMessage(const QString& sentence) {
  if (!errorFrom_) clearError();
  showText(sentence, false);
}

void StatusStrip::showText(const QString& text, bool ofProgress) {
  progressShown_ = ofProgress;
  text_->setText(text);
  text_->setToolTip(text);
  text_->setVisible(!text.isEmpty() || error().isEmpty());  // a failure takes the place that is free
}

void StatusStrip::clearError() {
  errorFrom_ = nullptr;
  error_->clear();
  for (QWidget* widget : std::initializer_list<QWidget*>{error_, details_, dismiss_}) widget->hide();
  showText(text_->text(), progressShown_);
}

void StatusStrip::showError(const QString& sentence, const QString& details, LatestJob* from) {
  errorFrom_ = from;
  error_->setText(sentence);
  error_->setToolTip(sentence);
  error_->show();
  dismiss_->show();
  showText(progressShown_ ? QString() : text_->text(), false);
  detailText_ = sentence + QStringLiteral("\n\n") + details;
  details_->setVisible(!details.isEmpty());
}

QString StatusStrip::message() const {
  return text_->text();
}

QString StatusStrip::error() const {
  return error_->text();
}

void StatusStrip::showMemory() {
  memory_->setText(tr("%1 MB").arg(residentMb(), 0, 'f', 0));
}

}  // namespace pulmo
