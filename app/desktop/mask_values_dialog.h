// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QDialog>
#include <optional>

#include "pipeline/imaging/mask_io.h"

class QTableWidget;

namespace pulmo {

/// Asks which value of a mask file is which side. Shown only where the file does not tell.
class MaskValuesDialog : public QDialog {
  Q_OBJECT
 public:
  MaskValuesDialog(const MaskInspection& inspection, const QString& fileName, QWidget* parent = nullptr);
  [[nodiscard]] MaskValues values() const;

 private:
  QTableWidget* table_;
};

}  // namespace pulmo
