// SPDX-License-Identifier: Apache-2.0
#include "models/session/training_run.h"

#include <QCoreApplication>
#include <QFile>
#include <set>
#include <string>

#include "models/session/training_fields.h"
#include "pipeline/core/csv_text.h"

namespace pulmo {

namespace {

std::string cell(const QString& text) {
  return csvField(text.toStdString());
}

std::string number(const std::optional<double>& value) {
  return value ? QString::number(*value, 'g', 8).toStdString() : std::string();
}

const char* stateKey(TrainingRun::State state) {
  constexpr const char* kKeys[] = {"waiting", "running", "completed", "stopped", "failed", "loaded", "not begun"};
  return kKeys[static_cast<int>(state)];
}

SampleSheet sampleSheet(const TrainingConfig& config, const std::filesystem::path& folder, int epoch, int count) {
  const SliceStore store(folder);
  SampleSheet sheet;
  sheet.batch = SliceFeed::first(store, config, epoch, count);
  sheet.size = config.network.size;
  sheet.neighbours = config.network.neighbours;
  std::size_t lung = 0, ill = 0;
  for (std::size_t i = 0; i < sheet.batch.labels.size(); ++i) {
    lung += sheet.batch.labels[i] != 0;
    ill += sheet.batch.lesions[i] != 0;
  }
  sheet.diseasedShare = lung == 0 ? 0 : static_cast<double>(ill) / static_cast<double>(lung);
  for (const int slice : sheet.batch.slices) {
    const StoredCase& one = store.cases()[static_cast<std::size_t>(store.caseOf(slice))];
    sheet.captions << QCoreApplication::translate("SampleSheet", "%1, slice %2")
                          .arg(QString::fromStdString(one.name))
                          .arg(slice - one.firstSlice + 1);
  }
  return sheet;
}

}  // namespace

TrainingFunctions TrainingFunctions::real() {
  TrainingFunctions functions;
  functions.train = [](const TrainingConfig& config, const Path& store, const Path& run, const StopToken& stop,
                       TrainingObserver& observer) {
    const SliceStore slices(store);
    return pulmo::train(config, slices, run, stop, observer);
  };
  functions.resume = [](const Path& store, const Path& run, int epochs, const StopToken& stop,
                        TrainingObserver& observer) {
    const SliceStore slices(store);
    return pulmo::resume(slices, run, epochs, stop, observer);
  };
  functions.inspect = [](const Path& folder) {
    const SliceStore store(folder);
    StoreFacts facts;
    facts.size = store.size();
    facts.cases = static_cast<int>(store.cases().size());
    std::set<std::string> patients[3];
    for (const StoredCase& one : store.cases()) {
      facts.diseased += one.diseased;
      facts.unsided += !one.sidesKnown;
      facts.slices[static_cast<int>(one.split)] += one.slices;
      patients[static_cast<int>(one.split)].insert(one.patient);
    }
    for (int i = 0; i < 3; ++i) facts.patients[i] = static_cast<int>(patients[i].size());
    return facts;
  };
  functions.load = loadRun;
  functions.samples = sampleSheet;
  functions.prepare = prepareDataset;
  return functions;
}

const EpochReport* TrainingRun::best() const {
  const EpochReport* best = nullptr;
  const auto loss = [](const EpochReport& r) { return r.validation ? r.validation->total : r.training.total; };
  for (const EpochReport& report : epochs)
    if (!best || loss(report) < loss(*best)) best = &report;
  return best;
}

std::vector<StepReport> loadSteps(const std::filesystem::path& runFolder) {
  std::vector<StepReport> steps;
  QFile file(QString::fromStdString((runFolder / "steps.csv").string()));
  if (!file.open(QIODevice::ReadOnly)) return steps;
  const QList<QByteArray> head = file.readLine().trimmed().split(',');
  const auto column = [&](const char* name) { return head.indexOf(QByteArray(name)); };
  const qsizetype epoch = column("epoch"), step = column("step"), total = column("total"), dice = column("dice_loss"),
                  entropy = column("cross_entropy");
  if (epoch < 0 || step < 0 || total < 0 || dice < 0 || entropy < 0) return steps;
  while (!file.atEnd()) {
    const QList<QByteArray> cells = file.readLine().trimmed().split(',');
    if (cells.size() != head.size()) continue;
    bool ok[5];
    const StepReport report{cells[epoch].toInt(&ok[0]), cells[step].toLongLong(&ok[1]), cells[total].toDouble(&ok[2]),
                            cells[dice].toDouble(&ok[3]), cells[entropy].toDouble(&ok[4])};
    if (ok[0] && ok[1] && ok[2] && ok[3] && ok[4]) steps.push_back(report);
  }
  return steps;
}

std::string runsToCsv(const std::vector<TrainingRun>& runs) {
  std::string csv =
      "run,state,epochs,best_epoch,best_total,best_dice_loss,best_cross_entropy,best_dice_right,best_dice_left,"
      "best_training_total,last_training_total,seconds,slices_per_second,waiting_share";
  for (const RunField& field : runFields()) csv += ',' + cell(field.key);
  csv += '\n';
  for (const TrainingRun& run : runs) {
    const EpochReport* best = run.best();
    const PassFigures* figures = !best ? nullptr : best->validation ? &*best->validation : &best->training;
    const auto of = [&](double PassFigures::*member) {
      return figures ? std::optional(figures->*member) : std::nullopt;
    };
    double seconds = 0;
    for (const EpochReport& report : run.epochs) seconds += report.seconds;
    const EpochReport* last = run.epochs.empty() ? nullptr : &run.epochs.back();
    csv += cell(run.name) + ',' + stateKey(run.state) + ',' + std::to_string(run.epochs.size()) + ',' +
           (best ? std::to_string(best->epoch) : "") + ',' + number(of(&PassFigures::total)) + ',' +
           number(of(&PassFigures::diceLoss)) + ',' + number(of(&PassFigures::crossEntropy)) + ',' +
           number(figures ? figures->diceRight : std::nullopt) + ',' +
           number(figures ? figures->diceLeft : std::nullopt) + ',' +
           number(best ? std::optional(best->training.total) : std::nullopt) + ',' +
           number(last ? std::optional(last->training.total) : std::nullopt) + ',' +
           number(last ? std::optional(seconds) : std::nullopt) + ',' +
           number(last ? std::optional(last->slicesPerSecond) : std::nullopt) + ',' +
           number(last ? std::optional(last->waitingShare) : std::nullopt);
    for (const RunField& field : runFields()) csv += ',' + cell(field.text(run.config));
    csv += '\n';
  }
  return csv;
}

}  // namespace pulmo
