// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <array>
#include <cstdint>
#include <vector>

namespace pulmo {

/// A surface to be found: one level for each column of a graph.
struct SurfaceProblem {
  int levels = 0;                                        ///< of each column, >= 1
  std::vector<float> cost;                               ///< [column][level]: of the surface passing there
  std::vector<std::array<std::uint32_t, 2>> neighbours;  ///< pairs of columns, each once
  int mostStep = 2;                                      ///< neighbours differ by at most this many levels
  float stepCost = 0;                                    ///< for each level that neighbours differ by
};

/// The surface of least total cost among all that keep to the step: exact.
///
/// @return a level for each column
/// @cost a minimum cut of a graph with a node for each column and level, about 250 bytes a node; cannot be stopped
/// @source Li, Wu, Chen & Sonka 2006, doi:10.1109/TPAMI.2006.19: surface as minimum closed set, section 3; a cost for
///         each level of difference as arcs within a level (Song et al. 2013, doi:10.1109/TMI.2012.2232677, for its
///         linear case). The cut is that of Boykov & Kolmogorov as Boost Graph has it.
[[nodiscard]] std::vector<int> optimalSurface(const SurfaceProblem& problem);

}  // namespace pulmo
