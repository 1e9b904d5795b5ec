// SPDX-License-Identifier: Apache-2.0
#include "models/session/methods_session.h"

#include <QElapsedTimer>
#include <algorithm>
#include <utility>

namespace pulmo {

/// What a worker tells of one method; without state: it has begun.
struct MethodsSession::Answer {
  MethodRun::State state = MethodRun::State::Running;
  NamedMask mask;
  double seconds = 0;
  QString problem;
  LungVolumes volumes;
};

namespace {

using State = MethodRun::State;

QStringList texts(const std::vector<std::string>& sentences) {
  QStringList result;
  for (const std::string& sentence : sentences) result << QString::fromStdString(sentence);
  return result;
}

}  // namespace

MethodsSession::MethodsSession(Study& study, QObject* parent)
    : QObject(parent), study_(study), job_(tr("Segmenting with several methods")), compareJob_(tr("Comparing")) {
  connect(&study_, &Study::scanChanged, this, [this] {
    job_.cancel();
    compareJob_.cancel();
    generation_.reset();
    if (runs_.empty()) return;
    runs_.clear();
    Q_EMIT runsChanged();
  });
  connect(&study_, &Study::referenceChanged, this, &MethodsSession::compareAgain);
  connect(&study_, &Study::predictionChanged, this, &MethodsSession::compareAgain);
  connect(&study_, &Study::editedChanged, this, &MethodsSession::compareAgain);
  connect(&job_, &LatestJob::ended, this, &MethodsSession::runEnded);
}

const NamedMask& MethodsSession::baseline() const {
  return againstReference() ? study_.reference() : study_.result();
}

void MethodsSession::run(const std::vector<MaskSession::SegmenterPtr>& segmenters) {
  const ScanPtr scan = study_.scan();
  if (!scan || segmenters.empty()) return;
  compareJob_.cancel();
  std::vector<MethodRun> before = std::exchange(runs_, {});
  std::vector<std::pair<std::size_t, MaskSession::SegmenterPtr>> open;
  for (const auto& segmenter : segmenters) {
    const auto done = std::find_if(before.begin(), before.end(), [&](const MethodRun& run) {
      return run.segmenter == segmenter && run.state == State::Done;
    });
    if (done == before.end()) {
      open.emplace_back(runs_.size(), segmenter);
      runs_.push_back({segmenter, QString::fromStdString(segmenter->name()), State::Waiting, {}, 0, {}, {}, {}});
    } else {
      runs_.push_back(std::move(*done));
      before.erase(done);
    }
  }
  const auto generation = std::make_shared<const int>(0);
  generation_ = generation;
  const auto tell = [this, generation](std::size_t run, Answer answer) {
    QMetaObject::invokeMethod(
        this,
        [this, generation, run, told = std::make_shared<Answer>(std::move(answer))] { take(generation, run, told); },
        Qt::QueuedConnection);
  };
  job_.run(
      [scan, open, tell](const StopToken& stop, const ProgressSink& progress) {
        for (std::size_t i = 0; i < open.size(); ++i) {
          const auto& [run, segmenter] = open[i];
          tell(run, {});
          Answer answer;
          QElapsedTimer timer;
          timer.start();
          try {
            auto found = segmenter->segmentWithUncertainty(
                *scan->ct, stop, [&, name = segmenter->name()](double fraction, const std::string& step) {
                  progress((static_cast<double>(i) + fraction) / static_cast<double>(open.size()),
                           std::string(name).append(": ").append(step));
                });
            if (!found) return Outcome::Stopped;
            answer.seconds = static_cast<double>(timer.elapsed()) / 1000.0;
            answer.state = State::Done;
            answer.volumes = measureVolumes(found->segmentation.labels);
            answer.mask = {std::make_shared<const LabelVolume>(std::move(found->segmentation.labels)),
                           QString::fromStdString(segmenter->name()), texts(found->segmentation.notes), nullptr,
                           QString::fromStdString(segmenter->name())};
            if (!found->uncertainty.voxels().empty())
              answer.mask.uncertainty = std::make_shared<const LabelVolume>(std::move(found->uncertainty));
          } catch (const Error& e) {
            answer.state = State::Failed;
            answer.problem = QString::fromUtf8(e.what());
          } catch (const std::bad_alloc&) {
            answer.state = State::Failed;
            answer.problem = tr("There is not enough memory for this.");
          }
          tell(run, std::move(answer));
          if (stop.stop_requested()) return Outcome::Stopped;
        }
        return Outcome::Completed;
      },
      [] {});
  Q_EMIT runsChanged();
}

void MethodsSession::take(const std::shared_ptr<const int>& generation, std::size_t run,
                          const std::shared_ptr<Answer>& answer) {
  if (generation != generation_) return;
  MethodRun& to = runs_.at(run);
  to.state = answer->state;
  if (to.state == State::Done) {
    to.mask = std::move(answer->mask);
    to.seconds = answer->seconds;
    to.volumes = answer->volumes;
  }
  to.problem = answer->problem;
  Q_EMIT runsChanged();
}

void MethodsSession::runEnded() {
  for (MethodRun& run : runs_)
    if (run.state == State::Waiting || run.state == State::Running) run.state = State::Stopped;
  Q_EMIT runsChanged();
  if (!study_.result().labels)
    for (std::size_t i = 0; i < runs_.size(); ++i)
      if (runs_[i].state == State::Done) return use(i);  // which compares, too
  compare();
}

void MethodsSession::use(std::size_t run) {
  if (run < runs_.size() && runs_[run].state == State::Done) study_.setPrediction(runs_[run].mask);
}

bool MethodsSession::inUse(std::size_t run) const {
  return runs_.at(run).mask.labels && runs_[run].mask.labels == study_.prediction().labels;
}

void MethodsSession::compareAgain() {
  if (baseline().labels != comparedWith_)  // figures against another mask may not stand while the new ones are made
    for (MethodRun& run : runs_) run.metrics.reset();
  if (runs_.empty()) return;
  Q_EMIT metricsChanged();
  if (!running()) compare();
}

void MethodsSession::compare() {
  const LabelPtr baseline = this->baseline().labels;
  comparedWith_ = baseline;
  struct Pair {
    std::size_t run;
    LabelPtr labels;
    std::optional<Metrics> metrics;
  };
  auto pairs = std::make_shared<std::vector<Pair>>();
  for (std::size_t i = 0; i < runs_.size(); ++i)
    if (baseline && runs_[i].mask.labels && runs_[i].mask.labels != baseline && !runs_[i].metrics)
      pairs->push_back({i, runs_[i].mask.labels, {}});
  if (pairs->empty()) return compareJob_.cancel();
  compareJob_.run(
      [baseline, pairs](const StopToken& stop, const ProgressSink& progress) {
        for (std::size_t i = 0; i < pairs->size(); ++i) {
          Pair& pair = (*pairs)[i];
          pair.metrics = compareMasks(*baseline, *pair.labels, {}, stop, [&](double fraction, const std::string& step) {
            progress((static_cast<double>(i) + fraction) / static_cast<double>(pairs->size()), step);
          });
          if (!pair.metrics) return Outcome::Stopped;
        }
        return Outcome::Completed;
      },
      [this, baseline, pairs] {
        if (baseline != this->baseline().labels) return;
        for (const Pair& pair : *pairs)
          if (pair.run < runs_.size() && runs_[pair.run].mask.labels == pair.labels)
            runs_[pair.run].metrics = pair.metrics;
        Q_EMIT metricsChanged();
      });
}

MethodTable MethodsSession::table() const {
  MethodTable table{baseline().origin.toStdString(), {}};
  for (const MethodRun& run : runs_) {
    MethodFigures figures{run.name.toStdString(), {}, run.problem.toStdString(), run.volumes, run.metrics};
    if (run.state == State::Done) figures.seconds = run.seconds;
    if (run.state == State::Done || run.state == State::Failed) table.methods.push_back(std::move(figures));
  }
  return table;
}

}  // namespace pulmo
