// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>

namespace pulmo {

/// Where the program's logs lie: $XDG_STATE_HOME/pulmoscope, else ~/.local/state/pulmoscope. It may not exist yet.
[[nodiscard]] QString stateFolder();

}  // namespace pulmo
