// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>

namespace pulmo {

/// VTK's messages may name files: from now on their text goes to a terminal if there is one, and nowhere else.
/// @param told  called for each, on the thread that it comes from; it is a warning unless an error
void redirectSceneMessages(std::function<void(bool error)> told);

}  // namespace pulmo
