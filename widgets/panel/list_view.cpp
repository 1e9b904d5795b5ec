// SPDX-License-Identifier: Apache-2.0
#include "widgets/panel/list_view.h"

#include <QHeaderView>
#include <QKeyEvent>
#include <QStyledItemDelegate>
#include <algorithm>
#include <array>

#include "models/session/list_table.h"

namespace pulmo {

namespace {

QColor colourOf(ReviewState state) {
  switch (state) {
    case ReviewState::Accepted:
      return {0x6f, 0xcf, 0x97};
    case ReviewState::Corrected:
      return {0x56, 0xb4, 0xe9};
    case ReviewState::Rejected:
      return {0xff, 0x8a, 0x80};
    case ReviewState::InReview:
      return {0xf2, 0xc1, 0x4e};
    case ReviewState::New:
      break;
  }
  return {0x8e, 0x9a, 0xa8};
}

}  // namespace

class ListView::Delegate final : public QStyledItemDelegate {
 public:
  using QStyledItemDelegate::QStyledItemDelegate;
  std::optional<qint64> current;

 protected:
  void initStyleOption(QStyleOptionViewItem* option, const QModelIndex& index) const override {
    QStyledItemDelegate::initStyleOption(option, index);
    if (current && index.data(ListTable::kIdRole).toLongLong() == *current) option->font.setBold(true);
    if (index.column() == ListTable::State)
      option->palette.setColor(QPalette::Text,
                               colourOf(static_cast<ReviewState>(index.data(ListTable::kStateRole).toInt())));
    if (index.column() == ListTable::Alarms) {
      const int rank = index.data(ListTable::kSortRole).toInt();
      if (rank >= ListTable::kSeriousRank)
        option->palette.setColor(QPalette::Text, {0xff, 0x8a, 0x80});
      else if (rank >= ListTable::kWarningRank)
        option->palette.setColor(QPalette::Text, {0xf2, 0xc1, 0x4e});
    }
  }
};

ListView::ListView(QWidget* parent) : QTableView(parent), delegate_(new Delegate(this)) {
  setItemDelegate(delegate_);
  // With a border of its own, a cell has the same padding whether it is selected or not.
  setStyleSheet(
      QStringLiteral("QTableView::item { padding: 3px 4px; border: 0; }"
                     "QTableView::item:selected { background: #24517a; color: #ffffff; }"));
  setEditTriggers(NoEditTriggers);
  setSelectionBehavior(SelectRows);
  setSelectionMode(SingleSelection);
  setSortingEnabled(true);
  setShowGrid(false);
  setWordWrap(false);
  setTabKeyNavigation(false);
  setHorizontalScrollMode(ScrollPerPixel);
  verticalHeader()->hide();
  verticalHeader()->setDefaultSectionSize(24);
  horizontalHeader()->setDefaultAlignment(Qt::AlignLeft | Qt::AlignVCenter);
  horizontalHeader()->setHighlightSections(false);
}

void ListView::setCurrentEntry(std::optional<qint64> id) {
  delegate_->current = id;
  viewport()->update();
}

bool ListView::event(QEvent* event) {
  // The window's shortcuts for slices are the same keys: while the table has the focus, they are the table's.
  if (event->type() == QEvent::ShortcutOverride) {
    constexpr std::array<int, 8> kOwn{Qt::Key_Up,   Qt::Key_Down, Qt::Key_PageUp, Qt::Key_PageDown,
                                      Qt::Key_Home, Qt::Key_End,  Qt::Key_Return, Qt::Key_Enter};
    if (std::find(kOwn.begin(), kOwn.end(), static_cast<QKeyEvent*>(event)->key()) != kOwn.end()) {
      event->accept();
      return true;
    }
  }
  return QTableView::event(event);
}

}  // namespace pulmo
