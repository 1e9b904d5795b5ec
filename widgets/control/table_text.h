// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>

class QTableWidget;

namespace pulmo {

/// A table with its headers as text that a spreadsheet takes: cells by tabs, rows by lines. Hidden columns are left
/// out.
/// @param corner  above the rows' names
[[nodiscard]] QString tableText(const QTableWidget& table, const QString& corner);

}  // namespace pulmo
