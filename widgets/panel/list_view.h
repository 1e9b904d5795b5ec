// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QTableView>
#include <optional>

namespace pulmo {

/// The table of a review list: states in colour, the scan that is open in bold. The arrow keys are its own while it has
/// the focus.
class ListView final : public QTableView {
 public:
  explicit ListView(QWidget* parent = nullptr);
  void setCurrentEntry(std::optional<qint64> id);

 protected:
  bool event(QEvent* event) override;

 private:
  class Delegate;
  Delegate* delegate_;
};

}  // namespace pulmo
