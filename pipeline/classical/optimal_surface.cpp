// SPDX-License-Identifier: Apache-2.0
#include "pipeline/classical/optimal_surface.h"

#include <algorithm>
#include <boost/graph/boykov_kolmogorov_max_flow.hpp>
#include <boost/graph/compressed_sparse_row_graph.hpp>
#include <cmath>
#include <numeric>

namespace pulmo {
namespace {

using Graph = boost::compressed_sparse_row_graph<boost::directedS, boost::no_property, boost::no_property,
                                                 boost::no_property, std::uint32_t, std::uint32_t>;
using Edge = boost::graph_traits<Graph>::edge_descriptor;

constexpr std::int32_t kForbidden = 1 << 28;
constexpr float kUnit = 1000;  // costs are counted in thousandths: whole numbers cut exactly

/// Arcs with their return arcs, as the algorithm wants them.
struct Arcs {
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends;
  std::vector<std::int32_t> capacity;
  void add(std::uint32_t from, std::uint32_t to, std::int32_t there, std::int32_t back) {
    ends.emplace_back(from, to);
    ends.emplace_back(to, from);
    capacity.push_back(there);
    capacity.push_back(back);
  }
};

/// Whether each node stays with the source in a minimum cut.
std::vector<std::uint8_t> minimumCut(Arcs arcs, std::uint32_t nodes, std::uint32_t source, std::uint32_t sink) {
  // The graph wants arcs sorted by where they start; `place` follows each arc, and so its return arc.
  std::vector<std::uint32_t> next(nodes + 1, 0);  // place of each node's next arc
  for (const auto& arc : arcs.ends) ++next[arc.first + 1];
  std::partial_sum(next.begin(), next.end(), next.begin());
  std::vector<std::uint32_t> place(arcs.ends.size()), order(arcs.ends.size());
  std::vector<std::pair<std::uint32_t, std::uint32_t>> ends(order.size());
  std::vector<std::int32_t> capacity(order.size());
  for (std::uint32_t arc = 0; arc < order.size(); ++arc) {
    const std::uint32_t i = next[arcs.ends[arc].first]++;
    place[arc] = i;
    order[i] = arc;
    ends[i] = arcs.ends[arc];
    capacity[i] = arcs.capacity[arc];
  }
  arcs = {};
  const Graph graph(boost::edges_are_sorted, ends.begin(), ends.end(), nodes);
  const auto index = boost::get(boost::edge_index, graph);
  std::vector<Edge> back(ends.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) back[i] = boost::edge_from_index(place[order[i] ^ 1U], graph);
  std::vector<std::int32_t> residual(ends.size());
  std::vector<Edge> predecessor(nodes);
  std::vector<boost::default_color_type> colour(nodes);
  std::vector<std::int32_t> distance(nodes);
  const auto vertex = boost::get(boost::vertex_index, graph);
  boost::boykov_kolmogorov_max_flow(graph, boost::make_iterator_property_map(capacity.begin(), index),
                                    boost::make_iterator_property_map(residual.begin(), index),
                                    boost::make_iterator_property_map(back.begin(), index),
                                    boost::make_iterator_property_map(predecessor.begin(), vertex),
                                    boost::make_iterator_property_map(colour.begin(), vertex),
                                    boost::make_iterator_property_map(distance.begin(), vertex), vertex, source, sink);
  std::vector<std::uint8_t> withSource(nodes);
  for (std::uint32_t i = 0; i < nodes; ++i) withSource[i] = colour[i] == boost::black_color ? 1 : 0;
  return withSource;
}

}  // namespace

std::vector<int> optimalSurface(const SurfaceProblem& problem) {
  const auto levels = static_cast<std::uint32_t>(problem.levels);
  const auto columns = static_cast<std::uint32_t>(problem.cost.size() / levels);
  const std::uint32_t source = columns * levels, sink = source + 1;
  const auto node = [levels](std::uint32_t column, std::uint32_t level) { return column * levels + level; };
  Arcs arcs;
  arcs.ends.reserve(2 * columns * levels * 2 + 4 * problem.neighbours.size() * levels);
  arcs.capacity.reserve(arcs.ends.capacity());
  for (std::uint32_t c = 0; c < columns; ++c) {
    for (std::uint32_t k = 0; k < levels; ++k) {
      const float* cost = problem.cost.data() + node(c, 0);
      // A node's weight is what moving the surface up to it adds; the lowest is always below the surface.
      const auto weight = k == 0 ? -kForbidden / 8
                                 : static_cast<std::int32_t>(std::lround(kUnit * cost[k])) -
                                       static_cast<std::int32_t>(std::lround(kUnit * cost[k - 1]));
      if (weight < 0)
        arcs.add(source, node(c, k), -weight, 0);
      else if (weight > 0)
        arcs.add(node(c, k), sink, weight, 0);
      if (k > 0) arcs.add(node(c, k), node(c, k - 1), kForbidden, 0);
    }
  }
  const auto step = static_cast<std::uint32_t>(std::max(0, problem.mostStep));
  const auto soft = static_cast<std::int32_t>(std::lround(kUnit * problem.stepCost));
  for (const auto& [a, b] : problem.neighbours) {
    for (std::uint32_t k = 1; k < levels; ++k) {
      if (soft > 0) arcs.add(node(a, k), node(b, k), soft, soft);
      if (k <= step) continue;
      arcs.add(node(a, k), node(b, k - step), kForbidden, 0);
      arcs.add(node(b, k), node(a, k - step), kForbidden, 0);
    }
  }
  const auto below = minimumCut(std::move(arcs), sink + 1, source, sink);
  std::vector<int> surface(columns, 0);
  for (std::uint32_t c = 0; c < columns; ++c)
    for (std::uint32_t k = 1; k < levels && below[node(c, k)] != 0; ++k) surface[c] = static_cast<int>(k);
  return surface;
}

}  // namespace pulmo
