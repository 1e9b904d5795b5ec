// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <utility>
#include <vector>

#include "widgets/scene/colour_map.h"

class QLabel;
class QWidget;

namespace pulmo {

/// What the colours over a scan mean: squares with words, in one line that wraps.
[[nodiscard]] QLabel* makeColourKey(const std::vector<std::pair<Pixel, QString>>& entries, QWidget* parent);

}  // namespace pulmo
