// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QWidget>
#include <functional>
#include <vector>

#include "pipeline/simulate/pathology.h"

class QCheckBox;
class QComboBox;

namespace pulmo {

class ValueSlider;

/// Every field of a PathologySpec as a control with its unit and limits. Those that the mode does not use are hidden.
/// GUI thread only.
///
/// Object names: "simulate." and the field: "simulate.sizeMmMin", "simulate.weight.ground_glass", "simulate.sides".
class SimulateControls : public QWidget {
  Q_OBJECT
 public:
  explicit SimulateControls(QWidget* parent = nullptr);

  [[nodiscard]] const PathologySpec& spec() const { return spec_; }
  void setSpec(const PathologySpec& spec);  ///< emits nothing

 Q_SIGNALS:
  void specEdited(const pulmo::PathologySpec& spec);  ///< by the person

 private:
  struct Control {
    ValueSlider* slider;
    std::function<double(const PathologySpec&)> get;
    /// Also pulls a partner along, so that no range stands upside down.
    std::function<void(PathologySpec&, double)> set;
  };
  struct Range;
  QWidget* makeKinds();
  QWidget* makeAmount();
  QWidget* makePlace();
  QWidget* makeCircles();
  ValueSlider* add(QWidget* box, const Range& range, std::function<double(const PathologySpec&)> get,
                   std::function<void(PathologySpec&, double)> set);
  void edited(const PathologySpec& spec);
  void showSpec();

  PathologySpec spec_;
  std::vector<Control> controls_;
  std::vector<QWidget*> infiltrates_;  ///< shown in that mode alone
  QWidget* circles_ = nullptr;
  QComboBox* mode_;
  QComboBox* sides_ = nullptr;
  QCheckBox* spill_ = nullptr;
  QCheckBox* rim_ = nullptr;
};

}  // namespace pulmo
