// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QListWidget>
#include <QString>
#include <vector>

#include "models/session/finding.h"

namespace pulmo {

/// Findings under headings, each with its colour, what it is and where. A click, Enter, or the arrow keys choose one.
/// GUI thread only.
class FindingList : public QListWidget {
  Q_OBJECT
 public:
  explicit FindingList(QWidget* parent = nullptr);

  struct Group {
    QString heading;
    QString text;  ///< below the heading where there is no finding: why
    std::vector<Finding> findings;
  };
  /// Keeps what is chosen if it is there still, and then chooses nothing anew.
  void setGroups(const std::vector<Group>& groups);

 Q_SIGNALS:
  void chosen(const pulmo::Index3& voxel);

 protected:
  bool event(QEvent* event) override;
  void resizeEvent(QResizeEvent* event) override;

 private:
  void choose(const QListWidgetItem* item);
};

}  // namespace pulmo
