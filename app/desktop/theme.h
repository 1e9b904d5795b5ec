// SPDX-License-Identifier: Apache-2.0
#pragma once

class QApplication;

namespace pulmo {

/// Dark palette, style sheet and icon. Also registers the resources, so call it before the first window is made.
void applyTheme(QApplication& app);

}  // namespace pulmo
