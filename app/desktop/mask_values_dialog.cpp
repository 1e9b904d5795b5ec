// SPDX-License-Identifier: Apache-2.0
#include "app/desktop/mask_values_dialog.h"

#include <QComboBox>
#include <QDialogButtonBox>
#include <QHeaderView>
#include <QLabel>
#include <QLocale>
#include <QTableWidget>
#include <QVBoxLayout>

namespace pulmo {

namespace {

enum Meaning { kNotLung, kRight, kLeft, kUnsided };

}  // namespace

MaskValuesDialog::MaskValuesDialog(const MaskInspection& inspection, const QString& fileName, QWidget* parent)
    : QDialog(parent), table_(new QTableWidget(this)) {
  setWindowTitle(tr("Which value is which lung?"));
  auto* column = new QVBoxLayout(this);
  auto* question = new QLabel(
      inspection.doubt.empty() ? tr("%1 holds several values, and only its maker knows which is which.").arg(fileName)
                               : QString::fromStdString(inspection.doubt),
      this);
  question->setWordWrap(true);
  column->addWidget(question);
  table_->setObjectName("maskValues.table");
  table_->setColumnCount(3);
  table_->setHorizontalHeaderLabels({tr("Value"), tr("Voxels"), tr("Means")});
  table_->horizontalHeader()->setSectionResizeMode(2, QHeaderView::Stretch);
  table_->verticalHeader()->hide();
  table_->setEditTriggers(QAbstractItemView::NoEditTriggers);
  for (const auto& [value, voxels] : inspection.voxels) {
    if (value == 0) continue;
    const int row = table_->rowCount();
    table_->insertRow(row);
    const auto name = inspection.names.find(value);
    auto* valueItem = new QTableWidgetItem(name == inspection.names.end()
                                               ? QString::number(value)
                                               : tr("%1 (%2)").arg(value).arg(QString::fromStdString(name->second)));
    valueItem->setData(Qt::UserRole, QVariant::fromValue<qlonglong>(value));
    table_->setItem(row, 0, valueItem);
    table_->setItem(row, 1, new QTableWidgetItem(QLocale().toString(static_cast<qulonglong>(voxels))));
    auto* meaning = new QComboBox(table_);
    meaning->addItems({tr("not lung"), tr("right lung"), tr("left lung"), tr("lung, side not told")});
    table_->setCellWidget(row, 2, meaning);
  }
  column->addWidget(table_, 1);
  auto* buttons = new QDialogButtonBox(QDialogButtonBox::Ok | QDialogButtonBox::Cancel, this);
  connect(buttons, &QDialogButtonBox::accepted, this, &QDialog::accept);
  connect(buttons, &QDialogButtonBox::rejected, this, &QDialog::reject);
  column->addWidget(buttons);
  resize(420, 360);
}

MaskValues MaskValuesDialog::values() const {
  MaskValues values;
  for (int row = 0; row < table_->rowCount(); ++row) {
    const std::int64_t value = table_->item(row, 0)->data(Qt::UserRole).toLongLong();
    switch (qobject_cast<const QComboBox*>(table_->cellWidget(row, 2))->currentIndex()) {
      case kRight:
        values.right.push_back(value);
        break;
      case kLeft:
        values.left.push_back(value);
        break;
      case kUnsided:
        values.unsided.push_back(value);
        break;
      default:
        break;
    }
  }
  return values;
}

}  // namespace pulmo
