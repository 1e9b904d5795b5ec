// SPDX-License-Identifier: Apache-2.0
#pragma once

class QLabel;
class QWidget;

namespace pulmo {

/// A text of a panel that breaks its lines. @param role  of the style sheet: "dim", "warning", "error" or ""
[[nodiscard]] QLabel* makeWrappedLabel(QWidget* parent, const char* role);

}  // namespace pulmo
