// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QObject>
#include <QString>
#include <QStringList>

#include "models/session/training_session.h"

class QCommandLineParser;

namespace pulmo {

class MainWindow;

/// What the command line asks of training: runs to compare, a dataset to open, a training or a sweep to start on it.
class TrainingAtStart : public QObject {
  Q_OBJECT
 public:
  explicit TrainingAtStart(MainWindow& window);

  static void addOptions(QCommandLineParser& parser);
  /// @throws Error{InvalidInput} for a setting or a value that does not exist
  void begin(const QCommandLineParser& parser);
  /// Whether there is nothing more to wait for before a picture is taken.
  [[nodiscard]] bool settled() const { return epochsWanted_ <= 0; }

 Q_SIGNALS:
  void settledChanged();

 private:
  MainWindow& window_;
  std::vector<TrainingSession::Plan> plans_;
  int epochsWanted_ = 0;
  bool samples_ = false;
};

}  // namespace pulmo
