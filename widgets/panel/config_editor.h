// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <QWidget>
#include <vector>

#include "models/session/training_fields.h"

class QComboBox;
class QDoubleSpinBox;
class QVBoxLayout;

namespace pulmo {

/// Every setting of a training in groups that fold, each with its unit and limits. GUI thread only.
///
/// Object names: "train." and the field's key in config.json, as in "train.batchSize".
class ConfigEditor : public QWidget {
  Q_OBJECT
 public:
  explicit ConfigEditor(QWidget* parent = nullptr);

  [[nodiscard]] const TrainingConfig& config() const { return config_; }
  void setConfig(const TrainingConfig& config);  ///< emits configChanged if it is another one

 Q_SIGNALS:
  void configChanged();

 private:
  struct Row {
    const RunField* field;
    QDoubleSpinBox* box;  ///< one of the two
    QComboBox* words;
  };
  void addGroup(const QString& name, QVBoxLayout* column);
  void addRow(const RunField& field, QWidget* body);
  void edited(const RunField& field, double value);
  void showConfig();

  TrainingConfig config_;
  std::vector<Row> rows_;
};

}  // namespace pulmo
