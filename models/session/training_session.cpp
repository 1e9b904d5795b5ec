// SPDX-License-Identifier: Apache-2.0
#include "models/session/training_session.h"

#include <QMetaObject>
#include <algorithm>
#include <cmath>
#include <utility>

namespace pulmo {

namespace {

[[noreturn]] void refuse(const QString& sentence) {
  throw Error(ErrorKind::InvalidInput, sentence.toStdString());
}

}  // namespace

TrainingSession::TrainingSession(TrainingFunctions functions, QObject* parent)
    : QObject(parent),
      functions_(std::move(functions)),
      link_([this](std::function<void()> call) { post(std::move(call)); },
            {[this](const std::string& device, std::int64_t steps, int first) { takeStart(device, steps, first); },
             [this](const EpochReport& report) { takeEpoch(report); },
             [this](const NetworkPreview& preview) {
               preview_ = preview;
               Q_EMIT previewMade();
             }}),
      fileJob_(tr("Dataset")),
      prepareJob_(tr("Preparing the dataset")),
      runsJob_(tr("Runs"), LatestJob::Requests::All),
      job_(tr("Training")) {
  flush_.setInterval(kFlushMs);
  connect(&flush_, &QTimer::timeout, this, &TrainingSession::flush);
  connect(&job_.job(), &Job::stateChanged, this, &TrainingSession::stateChanged);
  connect(&job_.job(), &Job::failed, this, [this](const QString& sentence) {
    failure_ = sentence;
    Q_EMIT stateChanged();
  });
  connect(&prepareJob_, &LatestJob::started, this, &TrainingSession::stateChanged);
  connect(&prepareJob_, &LatestJob::ended, this, &TrainingSession::stateChanged);
  connect(&job_, &LatestJob::ended, this, [this] {
    flush();
    flush_.stop();
    current_ = waiting_ = 0;
    for (TrainingRun& run : runs_)
      if (run.state == TrainingRun::State::Waiting) run.state = TrainingRun::State::NotBegun;
    Q_EMIT runsChanged();
    Q_EMIT stateChanged();
  });
}

TrainingSession::~TrainingSession() = default;

void TrainingSession::post(std::function<void()> call) {
  QMetaObject::invokeMethod(this, std::move(call), Qt::QueuedConnection);
}

void TrainingSession::openStore(const std::filesystem::path& folder) {
  auto facts = std::make_shared<StoreFacts>();
  fileJob_.run(
      [inspect = functions_.inspect, folder, facts](const StopToken&, const ProgressSink& progress) {
        progress(0, "Opening " + folder.filename().string());
        *facts = inspect(folder);
        return Outcome::Completed;
      },
      [this, folder, facts] {
        store_ = folder;
        facts_ = *facts;
        Q_EMIT storeChanged();
      });
}

void TrainingSession::prepare(const std::filesystem::path& dataset, const std::filesystem::path& store,
                              const PrepareOptions& options) {
  if (preparing()) return;
  auto report = std::make_shared<std::optional<PrepareReport>>();
  prepareJob_.run(
      [prepare = functions_.prepare, dataset, store, options, report](const StopToken& stop,
                                                                      const ProgressSink& progress) {
        *report = prepare({dataset}, store, options, stop, progress);
        return *report ? Outcome::Completed : Outcome::Stopped;
      },
      [this, store, report] {
        problems_.clear();
        for (const std::string& problem : (**report).problems) problems_ << QString::fromStdString(problem);
        Q_EMIT prepared();
        openStore(store);
      });
}

void TrainingSession::start(const std::vector<Plan>& plans) {
  if (busy()) refuse(tr("A training runs already. Stop it first, or wait."));
  if (store_.empty()) refuse(tr("Choose a prepared dataset first."));
  for (const Plan& plan : plans) {
    validate(plan.config);
    if (facts_ && facts_->size != plan.config.network.size)
      refuse(tr("The dataset's matrix is %1 and the network's is %2: they must be equal.")
                 .arg(facts_->size)
                 .arg(plan.config.network.size));
  }
  std::vector<Task> tasks;
  for (const Plan& plan : plans) {
    TrainingRun run;
    run.id = nextId_++;
    run.name = plan.name;
    run.folder = plan.folder;
    run.config = plan.config;
    tasks.push_back({plan, store_, run.id, false, 0});
    runs_.push_back(std::move(run));
  }
  run(std::move(tasks));
}

void TrainingSession::resume(int run, int epochs) {
  if (busy()) refuse(tr("A training runs already. Stop it first, or wait."));
  if (store_.empty()) refuse(tr("Choose the dataset that the run was trained on first."));
  TrainingRun* there = at(run);
  if (!there) return;
  if (epochs > 0) there->config.epochs = epochs;
  this->run({{{there->name, there->config, there->folder}, store_, run, true, epochs}});
}

void TrainingSession::run(std::vector<Task> tasks) {
  failure_.clear();
  device_.clear();
  waiting_ = static_cast<int>(tasks.size());
  started_.clear();
  held_.clear();
  flush_.start();
  Q_EMIT runsChanged();
  job_.run([this, tasks = std::move(tasks)](const StopToken& stop,
                                            const ProgressSink& progress) { return work(tasks, stop, progress); },
           nullptr);
}

Outcome TrainingSession::work(const std::vector<Task>& tasks, const StopToken& stop, const ProgressSink& progress) {
  // On the training thread: touches no member but link_ and functions_, which do not change meanwhile.
  const auto end = [this](int id, TrainingRun::State state, const std::string& failure = {}) {
    post([this, id, state, text = QString::fromStdString(failure)] { endRun(id, state, text); });
  };
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    const Task& task = tasks[i];
    if (stop.stop_requested()) return Outcome::Stopped;
    post([this, id = task.id] { beginRun(id); });
    const double count = static_cast<double>(tasks.size()), done = static_cast<double>(i);
    const std::string prefix = tasks.size() > 1 ? task.plan.name.toStdString() + ", " : std::string();
    link_.beginRun(task.id, task.plan.config.network.size, task.plan.config.epochs,
                   [&progress, count, done, prefix](double share, const std::string& step) {
                     progress((done + share) / count, prefix + step);
                   });
    try {
      const Outcome outcome = task.resumes
                                  ? functions_.resume(task.store, task.plan.folder, task.epochs, stop, link_)
                                  : functions_.train(task.plan.config, task.store, task.plan.folder, stop, link_);
      end(task.id, outcome == Outcome::Completed ? TrainingRun::State::Completed : TrainingRun::State::Stopped);
      if (outcome == Outcome::Stopped) return Outcome::Stopped;
    } catch (const Error& e) {
      end(task.id, TrainingRun::State::Failed, e.what());
      // One value of a sweep that cannot be trained must not cost the others.
      if (i + 1 == tasks.size()) throw;
    } catch (const std::exception& e) {
      end(task.id, TrainingRun::State::Failed, e.what());
      throw;
    }
  }
  return Outcome::Completed;
}

void TrainingSession::requestStop() {
  job_.cancel();
}

void TrainingSession::addRun(const std::filesystem::path& folder) {
  auto loaded = std::make_shared<TrainingRun>();
  runsJob_.run(
      [load = functions_.load, folder, loaded](const StopToken&, const ProgressSink& progress) {
        progress(0, "Reading " + folder.filename().string());
        RunRecord record = load(folder);
        loaded->config = record.config;
        loaded->epochs = std::move(record.epochs);
        loaded->steps = loadSteps(folder);
        return Outcome::Completed;
      },
      [this, folder, loaded] {
        const auto same =
            std::find_if(runs_.begin(), runs_.end(), [&](const TrainingRun& r) { return r.folder == folder; });
        if (same != runs_.end() && same->id == current_) return;
        TrainingRun run = *loaded;
        run.folder = folder;
        run.name = QString::fromStdString(folder.filename().string());
        run.state = TrainingRun::State::Loaded;
        run.id = same != runs_.end() ? same->id : nextId_++;
        if (same != runs_.end())
          *same = std::move(run);
        else
          runs_.push_back(std::move(run));
        Q_EMIT runsChanged();
      });
}

void TrainingSession::removeRun(int run) {
  if (busy() && at(run) && (run == current_ || at(run)->state == TrainingRun::State::Waiting)) return;
  std::erase_if(runs_, [run](const TrainingRun& r) { return r.id == run; });
  Q_EMIT runsChanged();
}

TrainingRun* TrainingSession::at(int run) {
  const auto found = std::find_if(runs_.begin(), runs_.end(), [run](const TrainingRun& r) { return r.id == run; });
  return found == runs_.end() ? nullptr : &*found;
}

const TrainingRun* TrainingSession::find(int run) const {
  const auto found = std::find_if(runs_.begin(), runs_.end(), [run](const TrainingRun& r) { return r.id == run; });
  return found == runs_.end() ? nullptr : &*found;
}

void TrainingSession::beginRun(int run) {
  current_ = run;
  waiting_ = std::max(0, waiting_ - 1);
  stepsPerEpoch_ = 0;
  epochTimer_.invalidate();
  if (TrainingRun* begun = at(run)) begun->state = TrainingRun::State::Running;
  Q_EMIT runsChanged();
}

void TrainingSession::endRun(int run, TrainingRun::State state, const QString& failure) {
  flush();
  if (TrainingRun* ended = at(run)) {
    ended->state = state;
    ended->failure = failure;
  }
  Q_EMIT runsChanged();
}

void TrainingSession::takeStart(const std::string& device, std::int64_t stepsPerEpoch, int firstEpoch) {
  device_ = QString::fromStdString(device);
  stepsPerEpoch_ = stepsPerEpoch;
  epochTimer_.start();
  if (TrainingRun* run = at(current_)) {  // resumed: what came after the checkpoint comes again
    std::erase_if(run->epochs, [&](const EpochReport& r) { return r.epoch >= firstEpoch; });
    std::erase_if(run->steps, [&](const StepReport& r) { return r.epoch >= firstEpoch; });
  }
  started_.insert(current_);
  Q_EMIT stateChanged();
}

void TrainingSession::takeEpoch(const EpochReport& report) {
  flush();
  TrainingRun* run = at(current_);
  if (!run) return;
  run->epochs.push_back(report);
  epochTimer_.start();
  Q_EMIT epochAdded(current_);
}

void TrainingSession::flush() {
  const std::vector<TrainingLink::Step> taken = link_.takeSteps();
  held_.insert(held_.end(), taken.begin(), taken.end());
  QSet<int> touched;
  std::erase_if(held_, [&](const TrainingLink::Step& step) {
    // A run that goes on first forgets what comes again: its start is on the way here.
    if (!started_.contains(step.run)) return false;
    if (TrainingRun* run = at(step.run)) run->steps.push_back(step.report);
    touched.insert(step.run);
    return true;
  });
  for (const int run : touched) Q_EMIT stepsAdded(run);
}

std::optional<double> TrainingSession::secondsLeft() const {
  const TrainingRun* run = current();
  if (!run || !epochTimer_.isValid()) return std::nullopt;
  const double inEpoch = static_cast<double>(epochTimer_.elapsed()) / 1000;
  const int done = run->epochs.empty() ? 0 : run->epochs.back().epoch;
  double epochSeconds = 0;
  if (!run->epochs.empty()) {
    const std::size_t last = std::min<std::size_t>(3, run->epochs.size());
    for (std::size_t i = run->epochs.size() - last; i < run->epochs.size(); ++i)
      epochSeconds += run->epochs[i].seconds / static_cast<double>(last);
  } else {
    const auto steps = static_cast<double>(run->steps.size());
    if (steps < 3 || stepsPerEpoch_ == 0 || inEpoch < 2) return std::nullopt;
    epochSeconds = inEpoch * static_cast<double>(stepsPerEpoch_) / steps;
  }
  const double here = std::max(0.0, epochSeconds * std::max(0, run->config.epochs - done) - inEpoch);
  return here + epochSeconds * run->config.epochs * waiting_;
}

void TrainingSession::setSlice(CtPtr ct, int z) {
  if (preview_ && preview_->ct != ct) {
    preview_.reset();
    Q_EMIT previewMade();
  }
  link_.setSlice(std::move(ct), z);
}

std::vector<TrainingSession::Plan> sweepOf(const TrainingConfig& config, const RunField& field,
                                           const std::vector<double>& values, const std::filesystem::path& folder) {
  std::vector<TrainingSession::Plan> plans;
  for (const double value : values) {
    TrainingSession::Plan plan;
    plan.config = config;
    field.set(plan.config, value);
    const QString text = field.text(plan.config);
    plan.name = (field.key == QLatin1String("pathologyP") ? QStringLiteral("p") : field.label) + ' ' + text;
    plan.folder = folder / (field.key + '-' + text).toStdString();
    plans.push_back(std::move(plan));
  }
  return plans;
}

}  // namespace pulmo
