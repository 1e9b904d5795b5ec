// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/methods_work.h"

#include <QSettings>
#include <QSplitter>
#include <QStackedWidget>
#include <algorithm>

#include "app/desktop/table_file.h"
#include "pipeline/learn/file_segmenter.h"
#include "pipeline/learn/weights_file.h"
#include "widgets/control/status_strip.h"
#include "widgets/panel/methods_box.h"
#include "widgets/panel/methods_table.h"
#include "widgets/view/method_grid.h"
#include "widgets/view/view_grid.h"

namespace pulmo {

namespace {

/// "model-best.pth" says nothing of a network: then its folder does.
QString networkName(const std::filesystem::path& weights) {
  QString name = toText(weights.stem());
  const QString folder = toText(weights.parent_path().filename());
  if (name.startsWith("model") && !folder.isEmpty()) name = folder;
  return name;
}

}  // namespace

MethodsWork::MethodsWork(Study& study, ViewState& view, MaskSession& masks, ViewGrid& grid, StatusStrip& status,
                         const FileDialogs& dialogs, QWidget* parent)
    : QObject(parent),
      study_(study),
      masks_(masks),
      status_(status),
      dialogs_(dialogs),
      window_(parent),
      session_(study),
      weightsJob_(tr("Reading the weights")),
      stack_(new QStackedWidget(parent)),
      side_(new QSplitter(Qt::Vertical, stack_)),
      panes_(new MethodGrid(view, side_)),
      table_(new MethodsTable(session_, side_)) {
  stack_->addWidget(&grid);
  stack_->addWidget(side_);
  side_->addWidget(panes_);
  side_->addWidget(table_);
  side_->setStretchFactor(0, 1);
  side_->setChildrenCollapsible(false);
  connect(&session_, &MethodsSession::runsChanged, this, &MethodsWork::showRuns);
  connect(&session_, &MethodsSession::metricsChanged, this, &MethodsWork::showRuns);
  connect(&study_, &Study::scanChanged, this, [this] {
    panes_->setCt(study_.scan() ? study_.scan()->ct : nullptr);
    if (study_.scan() && !waiting_.empty()) run(std::exchange(waiting_, {}));
  });
  const auto leave = [this] {
    wanted_ = false;
    followView();
  };
  connect(table_, &MethodsTable::backRequested, this, leave);
  connect(&masks_, &MaskSession::segmented, this, leave);  // that mask is in the ordinary panes
  connect(table_, &MethodsTable::saveRequested, this, &MethodsWork::saveMethods);
}

QWidget* MethodsWork::centre() {
  return stack_;
}

bool MethodsWork::inView() const {
  return stack_->currentWidget() == side_;
}

std::vector<LatestJob*> MethodsWork::jobs() {
  return {&session_.job(), &session_.compareJob(), &weightsJob_};
}

void MethodsWork::setBox(MethodsBox* box) {
  box_ = box;
  connect(box_, &MethodsBox::runRequested, this, [this] { run(box_->ticked()); });
  connect(box_, &MethodsBox::weightsRequested, this, &MethodsWork::chooseWeights);
  connect(box_, &MethodsBox::showRequested, this, [this] {
    wanted_ = true;
    followView();
  });
}

void MethodsWork::setTabInFront(bool front) {
  tabInFront_ = front;
  followView();
}

void MethodsWork::run(const std::vector<MaskSession::SegmenterPtr>& segmenters) {
  wanted_ = true;
  session_.run(segmenters);
  followView();
}

bool MethodsWork::runWhenOpen(const QString& names) {
  waiting_.clear();
  const QStringList wanted = names.split(',', Qt::SkipEmptyParts);
  for (const auto& segmenter : masks_.segmenters())
    if (names == "all" || wanted.contains(QString::fromStdString(segmenter->name()))) waiting_.push_back(segmenter);
  return names == "all" || (!wanted.isEmpty() && static_cast<qsizetype>(waiting_.size()) == wanted.size());
}

void MethodsWork::addNetwork(const std::filesystem::path& weights, const QString& name) {
  (void)loadWeights(weights);  // what is wrong with it is told now, not when it is run
  offer(weights, name);
}

void MethodsWork::offer(const std::filesystem::path& weights, const QString& name) {
  QString base = name.isEmpty() ? networkName(weights) : name;
  // It becomes part of folders' names and stands between commas.
  std::replace_if(
      base.begin(), base.end(), [](QChar c) { return !c.isLetterOrNumber() && c != '_' && c != '.'; }, '-');
  const auto taken = [this](const QString& candidate) {
    return std::any_of(masks_.segmenters().begin(), masks_.segmenters().end(),
                       [&](const auto& each) { return QString::fromStdString(each->name()) == candidate; });
  };
  QString unlike = base;
  for (int i = 2; taken(unlike); ++i) unlike = QStringLiteral("%1-%2").arg(base).arg(i);
  masks_.addSegmenter(std::make_shared<FileSegmenter>(weights, UNetOptions{}, unlike.toStdString()));
  status_.showMessage(tr("%1 is one of the methods now: %2").arg(toText(weights.filename()), unlike));
}

void MethodsWork::chooseWeights() {
  const QString file = dialogs_.open(window_, tr("Add a network"), QSettings().value("lastFolder").toString(),
                                     tr("Weights (*.pth);;All files (*)"));
  if (file.isEmpty()) return;
  weightsJob_.run(
      [path = toPath(file)](const StopToken&, const ProgressSink& progress) {
        progress(0, "Reading " + path.filename().string());
        (void)loadWeights(path);
        return Outcome::Completed;
      },
      [this, path = toPath(file)] { offer(path, {}); });
}

void MethodsWork::showRuns() {
  using State = MethodRun::State;
  std::vector<MethodGrid::Shown> shown;
  const bool reference = session_.againstReference() && !session_.runs().empty();
  if (reference) shown.push_back({tr("Reference"), study_.reference().origin, study_.reference().labels, {}});
  std::optional<std::size_t> chosen;
  for (std::size_t i = 0; i < session_.runs().size(); ++i) {
    const MethodRun& run = session_.runs()[i];
    if (session_.inUse(i)) chosen = shown.size();
    shown.push_back({run.name, run.state == State::Done ? tr("%1 s").arg(run.seconds, 0, 'f', 1) : QString(),
                     run.mask.labels,
                     run.state == State::Failed    ? run.problem
                     : run.state == State::Stopped ? tr("Stopped")
                     : run.state == State::Running ? tr("Running …")
                                                   : tr("Waiting")});
  }
  panes_->setMasks(shown);
  panes_->setChosen(chosen);
  followView();
}

void MethodsWork::followView() {
  const bool side = wanted_ && tabInFront_ && !session_.runs().empty();
  stack_->setCurrentIndex(side ? 1 : 0);
  if (box_) box_->setSideBySide(side);
}

void MethodsWork::saveMethods() {
  const MethodTable table = session_.table();  // as it is now: the dialog may stay open while others come
  if (table.methods.empty()) return status_.showMessage(tr("No method is done yet: there is nothing to save."));
  saveTable(dialogs_, status_, window_, tr("Save the table of methods"), "methods.csv",
            [&](bool json) { return json ? toJson(table) : toCsv(table); });
}

}  // namespace pulmo
