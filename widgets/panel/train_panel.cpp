// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/train_panel.h"

#include <QComboBox>
#include <QGroupBox>
#include <QHBoxLayout>
#include <QLabel>
#include <QLineEdit>
#include <QProgressBar>
#include <QPushButton>
#include <QSignalBlocker>
#include <QSlider>
#include <QVBoxLayout>
#include <cmath>

#include "models/session/training_session.h"
#include "widgets/control/scrolled_column.h"
#include "widgets/control/wrapped_label.h"
#include "widgets/panel/config_editor.h"

namespace pulmo {

namespace {

QVBoxLayout* groupOf(const QString& title, QWidget* parent, QVBoxLayout* column) {
  auto* box = new QGroupBox(title, parent);
  auto* inside = new QVBoxLayout(box);
  inside->setContentsMargins(0, 6, 0, 0);
  inside->setSpacing(5);
  column->addWidget(box);
  return inside;
}

QString duration(double seconds) {
  const auto s = static_cast<long long>(std::lround(seconds));
  if (s < 90) return TrainPanel::tr("%1 s").arg(s);
  if (s < 5400) return TrainPanel::tr("%1 min").arg((s + 30) / 60);
  return TrainPanel::tr("%1 h %2 min").arg(s / 3600).arg((s % 3600) / 60);
}

}  // namespace

TrainPanel::TrainPanel(TrainingSession& session, QWidget* parent)
    : QWidget(parent),
      session_(session),
      store_(makeWrappedLabel(this, "dim")),
      problems_(makeWrappedLabel(this, "warning")),
      openStore_(new QPushButton(tr("Open dataset …"), this)),
      prepare_(new QPushButton(tr("Prepare …"), this)),
      frequencyText_(new QLabel(this)),
      frequency_(new QSlider(Qt::Horizontal, this)),
      start_(new QPushButton(tr("Start"), this)),
      stop_(new QPushButton(tr("Stop"), this)),
      resume_(new QPushButton(tr("Resume …"), this)),
      state_(makeWrappedLabel(this, "dim")),
      problem_(makeWrappedLabel(this, "error")),
      progress_(new QProgressBar(this)),
      editor_(new ConfigEditor(this)),
      defaults_(new QPushButton(tr("Source's defaults"), this)),
      takeDisease_(new QPushButton(tr("Disease from Simulate"), this)),
      samples_(new QPushButton(tr("Show training slices …"), this)),
      sweepField_(new QComboBox(this)),
      sweepValues_(new QLineEdit(this)),
      sweep_(new QPushButton(tr("Start sweep"), this)) {
  QVBoxLayout* column = makeScrolledColumn(this);
  addDataset(column);
  addFrequency(column);
  addRun(column);
  QVBoxLayout* settings = groupOf(tr("Settings"), this, column);
  settings->addWidget(defaults_);
  settings->addWidget(takeDisease_);
  settings->addWidget(editor_);
  addSweep(column);
  column->addStretch(1);

  defaults_->setObjectName("train.defaults");
  defaults_->setToolTip(
      tr("Every setting as in the published method: batch 4, gathered 8 times, rate 0.01, 40 epochs"));
  connect(defaults_, &QPushButton::clicked, this, [this] { editor_->setConfig({}); });
  takeDisease_->setObjectName("train.takeDisease");
  takeDisease_->setToolTip(tr("Train with the disease that the tab Simulate shows"));
  connect(takeDisease_, &QPushButton::clicked, this, &TrainPanel::simulatedDiseaseRequested);
  connect(editor_, &ConfigEditor::configChanged, this, &TrainPanel::showConfig);
  connect(editor_, &ConfigEditor::configChanged, this, &TrainPanel::configChanged);
  connect(&session_, &TrainingSession::storeChanged, this, &TrainPanel::showStore);
  connect(&session_, &TrainingSession::prepared, this, &TrainPanel::showStore);
  for (const auto signal : {&TrainingSession::stateChanged, &TrainingSession::runsChanged})
    connect(&session_, signal, this, &TrainPanel::showState);
  connect(&session_, &TrainingSession::epochAdded, this, &TrainPanel::showTimes);
  connect(&session_.job().job(), &Job::progressed, this,
          [this](double share) { progress_->setValue(static_cast<int>(std::lround(share * 1000))); });
  tick_.setInterval(1000);
  connect(&tick_, &QTimer::timeout, this, &TrainPanel::showTimes);
  showStore();
  showConfig();
  showState();
}

void TrainPanel::addDataset(QVBoxLayout* column) {
  QVBoxLayout* inside = groupOf(tr("Dataset"), this, column);
  store_->setObjectName("train.store");
  openStore_->setObjectName("train.openStore");
  openStore_->setToolTip(tr("Open a prepared dataset: a folder made by Prepare or by pulmo prepare"));
  prepare_->setObjectName("train.prepare");
  prepare_->setToolTip(tr("Make a dataset of a folder of scans with their masks"));
  problems_->setObjectName("train.problems");
  inside->addWidget(store_);
  inside->addWidget(problems_);
  auto* row = new QHBoxLayout;
  row->setSpacing(6);
  row->addWidget(openStore_);
  row->addWidget(prepare_);
  inside->addLayout(row);
  connect(openStore_, &QPushButton::clicked, this, &TrainPanel::openStoreRequested);
  connect(prepare_, &QPushButton::clicked, this, &TrainPanel::prepareRequested);
}

void TrainPanel::addFrequency(QVBoxLayout* column) {
  QVBoxLayout* inside = groupOf(tr("How often disease is drawn in"), this, column);
  frequencyText_->setObjectName("train.frequencyText");
  frequency_->setObjectName("train.frequency");
  frequency_->setProperty("large", true);
  frequency_->setRange(0, 100);
  frequency_->setPageStep(10);
  frequency_->setTickPosition(QSlider::TicksBelow);
  frequency_->setTickInterval(10);
  frequency_->setAccessibleName(tr("Frequency of disease p"));
  frequency_->setToolTip(tr("p: the share of training slices that get simulated disease, 0 to 1"));
  samples_->setObjectName("train.samples");
  samples_->setToolTip(tr("Some slices as the network would see them: disease and augmentation as set here"));
  connect(samples_, &QPushButton::clicked, this, &TrainPanel::samplesRequested);
  inside->addWidget(frequencyText_);
  inside->addWidget(frequency_);
  inside->addWidget(samples_);
  connect(frequency_, &QSlider::valueChanged, this, [this](int percent) {
    TrainingConfig config = editor_->config();
    config.pathologyP = percent / 100.0;
    editor_->setConfig(config);
  });
}

void TrainPanel::addRun(QVBoxLayout* column) {
  QVBoxLayout* inside = groupOf(tr("Training"), this, column);
  start_->setObjectName("train.start");
  start_->setProperty("primary", true);
  start_->setToolTip(tr("Train a network with these settings; a new folder is asked for"));
  stop_->setObjectName("train.stop");
  stop_->setToolTip(tr("Stop within a step and keep a checkpoint"));
  resume_->setObjectName("train.resume");
  resume_->setToolTip(tr("Go on from the last checkpoint of a run's folder"));
  state_->setObjectName("train.state");
  problem_->setObjectName("train.problem");
  progress_->setObjectName("train.progress");
  progress_->setRange(0, 1000);
  progress_->setFormat(QStringLiteral("%p %"));
  auto* row = new QHBoxLayout;
  row->setSpacing(6);
  row->addWidget(start_, 2);
  row->addWidget(stop_, 1);
  row->addWidget(resume_, 1);
  inside->addLayout(row);
  inside->addWidget(progress_);
  inside->addWidget(state_);
  inside->addWidget(problem_);
  connect(start_, &QPushButton::clicked, this, &TrainPanel::startRequested);
  connect(stop_, &QPushButton::clicked, this, &TrainPanel::stopRequested);
  connect(resume_, &QPushButton::clicked, this, &TrainPanel::resumeRequested);
}

void TrainPanel::addSweep(QVBoxLayout* column) {
  QVBoxLayout* inside = groupOf(tr("Sweep: one run for each value"), this, column);
  sweepField_->setObjectName("train.sweepField");
  sweepField_->setToolTip(tr("Which setting differs between the runs"));
  sweepField_->setAccessibleName(tr("Setting that differs"));
  sweepField_->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
  for (const RunField& field : runFields())
    if (field.key != QLatin1String("network.size")) sweepField_->addItem(field.label, field.key);
  sweepField_->setCurrentIndex(sweepField_->findData(QStringLiteral("pathologyP")));
  sweepValues_->setObjectName("train.sweepValues");
  sweepValues_->setText(QStringLiteral("0.6, 0.8, 0.9"));
  sweepValues_->setAccessibleName(tr("Values"));
  sweep_->setObjectName("train.sweep");
  sweep_->setToolTip(tr("Train one network for each value, one after another"));
  inside->addWidget(sweepField_);
  inside->addWidget(sweepValues_);
  inside->addWidget(sweep_);
  const auto showLimits = [this] {
    const RunField* field = findRunField(sweepField());
    const QString what = field->words.isEmpty()
                             ? tr("numbers from %1 to %2 %3")
                                   .arg(QString::number(field->low), QString::number(field->high), field->unit)
                                   .trimmed()
                             : field->words.join(QStringLiteral(", "));
    sweepValues_->setToolTip(tr("The values, with commas between them: %1").arg(what));
  };
  connect(sweepField_, &QComboBox::currentIndexChanged, this, [this, showLimits] {
    const RunField* field = findRunField(sweepField());
    sweepValues_->setText(field->words.isEmpty() ? field->text(editor_->config())
                                                 : field->words.join(QStringLiteral(", ")));
    showLimits();
  });
  showLimits();
  connect(sweep_, &QPushButton::clicked, this, &TrainPanel::sweepRequested);
}

const TrainingConfig& TrainPanel::config() const {
  return editor_->config();
}

void TrainPanel::setConfig(const TrainingConfig& config) {
  editor_->setConfig(config);
}

QString TrainPanel::sweepField() const {
  return sweepField_->currentData().toString();
}

QString TrainPanel::sweepValues() const {
  return sweepValues_->text();
}

void TrainPanel::showProblem(const QString& sentence) {
  problem_->setText(sentence);
  problem_->setVisible(!sentence.isEmpty());
}

void TrainPanel::showStore() {
  const auto& facts = session_.facts();
  if (!facts) {
    store_->setText(tr("None open. Training reads a prepared dataset: prepare one from a folder of scans with masks."));
  } else {
    QString text = tr("<b>%1</b>, %2 × %2<br>%3 patients and %4 slices to train, %5 and %6 to validate, %7 to test")
                       .arg(QString::fromStdString(session_.store().filename().string()).toHtmlEscaped())
                       .arg(facts->size)
                       .arg(facts->patients[0])
                       .arg(facts->slices[0])
                       .arg(facts->patients[1])
                       .arg(facts->slices[1])
                       .arg(facts->patients[2]);
    if (facts->diseased > 0) text += tr("<br>%1 cases are ill in truth").arg(facts->diseased);
    if (facts->unsided > 0) text += tr("<br>%1 cases without sides serve evaluation only").arg(facts->unsided);
    store_->setText(text);
    if (TrainingConfig config = editor_->config(); config.network.size != facts->size) {
      config.network.size = facts->size;
      editor_->setConfig(config);
    }
  }
  constexpr qsizetype kShown = 4;
  const QStringList& problems = session_.problems();
  QString text = problems.mid(0, kShown).join('\n');
  if (problems.size() > kShown) text += tr("\n… and %1 more").arg(problems.size() - kShown);
  problems_->setText(text);
  problems_->setToolTip(problems.join('\n'));
  problems_->setVisible(!problems.isEmpty());
  showState();
}

void TrainPanel::showConfig() {
  const TrainingConfig& config = editor_->config();
  const QSignalBlocker quiet(frequency_);
  frequency_->setValue(static_cast<int>(std::lround(config.pathologyP * 100)));
  frequencyText_->setText(
      tr("<b style='font-size:13pt'>p = %1</b> &nbsp;of the training slices").arg(config.pathologyP, 0, 'f', 2));
}

void TrainPanel::showState() {
  const bool busy = session_.busy();
  const bool ready = session_.facts().has_value();
  for (QPushButton* button : {start_, sweep_, resume_}) button->setEnabled(ready && !busy);
  samples_->setEnabled(ready);
  for (QPushButton* button : {openStore_, prepare_}) button->setEnabled(!busy && !session_.preparing());
  stop_->setEnabled(session_.state() == Job::State::Running);
  progress_->setVisible(busy);
  if (busy && !tick_.isActive()) {
    progress_->setValue(0);
    tick_.start();
    showProblem({});
  }
  if (!busy) tick_.stop();
  if (!session_.failure().isEmpty()) showProblem(session_.failure());
  if (!busy && session_.failure().isEmpty() && problem_->text().isEmpty()) problem_->hide();
  showTimes();
}

void TrainPanel::showTimes() {
  QString text;
  switch (session_.state()) {
    case Job::State::Running: {
      const TrainingRun* run = session_.current();
      const int epoch = !run || run->epochs.empty() ? 1 : run->epochs.back().epoch + 1;
      text =
          run ? tr("%1: epoch %2 of %3").arg(run->name).arg(std::min(epoch, run->config.epochs)).arg(run->config.epochs)
              : tr("Starting …");
      if (const auto left = session_.secondsLeft()) text += tr(", about %1 left").arg(duration(*left));
      if (!session_.device().isEmpty()) text += tr("\non %1").arg(session_.device());
      break;
    }
    case Job::State::Stopping:
      text = tr("Stopping: the checkpoint is being written …");
      break;
    case Job::State::Stopped:
      text = tr("Stopped. The run can be resumed.");
      break;
    case Job::State::Completed:
      text = tr("Completed.");
      break;
    case Job::State::Failed:
    case Job::State::Idle:
      text = session_.facts() ? QString() : tr("Open a dataset to start.");
      break;
  }
  state_->setText(text);
  state_->setVisible(!text.isEmpty());
}

}  // namespace pulmo
