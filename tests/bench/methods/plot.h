// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QColor>
#include <QImage>
#include <QPointF>
#include <string>
#include <vector>

#include "tests/bench/methods/results.h"

namespace pulmo::bench {

/// One method over one group of sets, as drawn.
struct PlotMark {
  std::string method, group;
  double mean = 0, worst = 0;  ///< in the plot's unit: for Dice the error, 100 (1 - Dice), in percent
  QPointF meanAt, worstAt;     ///< pixels
};

struct Plot {
  QImage image;  ///< null if nothing of the figure was measured
  std::vector<PlotMark> marks;
};

/// Means as filled marks, the worst at the end of a line, on a logarithmic axis: a group a set, a colour and a shape a
/// method (Okabe and Ito's colours, which the colour-blind tell apart). @pre a QGuiApplication
[[nodiscard]] Plot plotOf(const MethodResults& results, Figure figure, int width = 1200);

[[nodiscard]] QColor plotColour(std::size_t method);  ///< of the n-th of the results' methods

}  // namespace pulmo::bench
