// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>

#include "widgets/help/about_dialog.h"

namespace pulmo {

/// What the dialog About says.
/// @param device  as the device probe told it; empty = it has not answered yet
/// @cost  reads the weights that come with the program, a few MB: for a background thread
[[nodiscard]] AboutContent aboutFacts(const QString& device, const QString& journals);

}  // namespace pulmo
