// SPDX-License-Identifier: Apache-2.0
#pragma once

class QVBoxLayout;
class QWidget;

namespace pulmo {

/// The column in which a dock panel puts its controls: it scrolls where the dock is too low for them, so that no panel
/// makes the window taller than the screen. Call once, for a panel without a layout.
[[nodiscard]] QVBoxLayout* makeScrolledColumn(QWidget* panel);

}  // namespace pulmo
