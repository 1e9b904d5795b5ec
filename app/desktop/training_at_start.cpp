// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/training_at_start.h"

#include <QCommandLineParser>
#include <utility>

#include "app/desktop/main_window.h"
#include "app/desktop/train_work.h"
#include "models/session/training_fields.h"
#include "widgets/panel/train_panel.h"

namespace pulmo {

namespace {

/// "batchSize=2" as the field and its text.
std::pair<const RunField*, QString> assignment(const QString& text) {
  const RunField* field = findRunField(text.section('=', 0, 0).trimmed());
  if (!field || !text.contains('='))
    throw Error(ErrorKind::InvalidInput, "\"" + text.toStdString() + "\" is no SETTING=VALUE of a training.");
  return {field, text.section('=', 1)};
}

}  // namespace

TrainingAtStart::TrainingAtStart(MainWindow& window) : window_(window) {
  TrainingSession& session = window_.training().session();
  connect(&session, &TrainingSession::storeChanged, this, [this, &session] {
    if (std::exchange(samples_, false)) window_.training().showSamples();
    if (plans_.empty()) return;
    try {
      session.start(std::exchange(plans_, {}));
    } catch (const Error& e) {
      window_.training().panel()->showProblem(QString::fromUtf8(e.what()));
      epochsWanted_ = 0;
    }
  });
  connect(&session, &TrainingSession::epochAdded, this, [this] {
    --epochsWanted_;
    Q_EMIT settledChanged();
  });
  connect(&session.job(), &LatestJob::ended, this, [this] {  // it will bring no more
    epochsWanted_ = 0;
    Q_EMIT settledChanged();
  });
}

void TrainingAtStart::addOptions(QCommandLineParser& parser) {
  parser.addOptions({
      {"run", "Show the curves of this run's folder; may be given several times.", "FOLDER"},
      {"store", "Open this prepared dataset.", "FOLDER"},
      {"samples", "Show training slices of the dataset as the network sees them; a picture is then of these."},
      {"train", "Train on the dataset, into this new folder.", "FOLDER"},
      {"set", "A setting of that training, as in its config.json; may be given several times.", "SETTING=VALUE"},
      {"sweep", "Train once for each value.", "SETTING=VALUE,VALUE…"},
      {"after-epochs", "With --screenshot: the picture is taken after so many epochs.", "N", "0"},
  });
}

void TrainingAtStart::begin(const QCommandLineParser& parser) {
  TrainingSession& session = window_.training().session();
  for (const QString& run : parser.values("run")) session.addRun(run.toStdString());
  TrainPanel& panel = *window_.training().panel();
  TrainingConfig config = panel.config();
  for (const QString& text : parser.values("set")) {
    const auto [field, value] = assignment(text);
    field->set(config, parseValues(*field, value).front());
  }
  panel.setConfig(config);
  if (parser.isSet("train")) {
    const std::filesystem::path folder = parser.value("train").toStdString();
    epochsWanted_ = parser.value("after-epochs").toInt();
    if (parser.isSet("sweep")) {
      const auto [field, values] = assignment(parser.value("sweep"));
      plans_ = sweepOf(config, *field, parseValues(*field, values), folder);
    } else {
      plans_ = {{QString::fromStdString(folder.filename().string()), config, folder}};
    }
  }
  samples_ = parser.isSet("samples");
  if (parser.isSet("store")) session.openStore(parser.value("store").toStdString());
}

}  // namespace pulmo
