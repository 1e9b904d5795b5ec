// SPDX-License-Identifier: Apache-2.0
#include "widgets/control/table_text.h"

#include <QStringList>
#include <QTableWidget>

namespace pulmo {

namespace {

QString textOf(const QTableWidgetItem* item) {
  // A line of its own or a tab would tear the row; a spreadsheet takes a hyphen for a number's sign, not a minus.
  return item ? item->text().replace('\n', ' ').replace('\t', ' ').replace(QChar(0x2212), '-') : QString();
}

}  // namespace

QString tableText(const QTableWidget& table, const QString& corner) {
  QStringList lines, head{corner};
  for (int column = 0; column < table.columnCount(); ++column)
    if (!table.isColumnHidden(column)) head << textOf(table.horizontalHeaderItem(column));
  lines << head.join('\t');
  for (int row = 0; row < table.rowCount(); ++row) {
    QStringList cells{textOf(table.verticalHeaderItem(row))};
    for (int column = 0; column < table.columnCount(); ++column)
      if (!table.isColumnHidden(column)) cells << textOf(table.item(row, column));
    lines << cells.join('\t');
  }
  return lines.join('\n');
}

}  // namespace pulmo
