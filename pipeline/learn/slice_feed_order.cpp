// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "pipeline/core/random.h"
#include "pipeline/learn/slice_feed_sample.h"

namespace pulmo {

namespace {

constexpr std::uint64_t kOrderStream = 0x6f72646572000000;

template <class T>
void shuffle(std::vector<T>& items, Random& random) {
  for (std::size_t i = items.size(); i > 1; --i)
    std::swap(items[i - 1], items[static_cast<std::size_t>(random.integer(0, static_cast<int>(i) - 1))]);
}

/// `count` slices of a pool: the whole pool as often as it fits, then a random part of it.
void drawFrom(std::vector<int> pool, std::size_t count, Random& random, std::vector<DrawnSlice>& order) {
  for (int round = 0; count > 0 && !pool.empty(); ++round) {
    shuffle(pool, random);
    const std::size_t now = std::min(count, pool.size());
    for (std::size_t i = 0; i < now; ++i) order.push_back({pool[i], round});
    count -= now;
  }
}

}  // namespace

std::vector<DrawnSlice> trainingOrder(const SliceStore& store, const TrainingConfig& config, int epoch) {
  Random random(config.seed, kOrderStream + static_cast<std::uint64_t>(epoch));
  std::vector<int> usable, empty, healthy, diseased;
  for (const int slice : store.slicesOf(Split::Train))
    if (store.cases()[static_cast<std::size_t>(store.caseOf(slice))].sidesKnown)
      (store.hasLung(slice) ? usable : empty).push_back(slice);
  // Other ones each epoch, but always as many: a run's epochs have equally many steps.
  shuffle(empty, random);
  empty.resize(static_cast<std::size_t>(std::lround(config.emptyShare * static_cast<double>(empty.size()))));
  usable.insert(usable.end(), empty.begin(), empty.end());
  for (const int slice : usable)
    (store.cases()[static_cast<std::size_t>(store.caseOf(slice))].diseased ? diseased : healthy).push_back(slice);
  const std::size_t all = healthy.size() + diseased.size();
  const std::size_t count = config.slicesPerEpoch > 0 ? static_cast<std::size_t>(config.slicesPerEpoch) : all;
  std::vector<DrawnSlice> order;
  if (config.diseasedShare > 0 && !healthy.empty() && !diseased.empty()) {
    const auto sick =
        std::min(count, static_cast<std::size_t>(std::lround(config.diseasedShare * static_cast<double>(count))));
    drawFrom(diseased, sick, random, order);
    drawFrom(healthy, count - sick, random, order);
  } else {
    healthy.insert(healthy.end(), diseased.begin(), diseased.end());
    std::sort(healthy.begin(), healthy.end());
    drawFrom(healthy, count, random, order);
  }
  shuffle(order, random);

  // Groups of cases, so that each case's disease is drawn once an epoch however many cases there are.
  std::vector<int> cases(store.cases().size());
  for (std::size_t i = 0; i < cases.size(); ++i) cases[i] = static_cast<int>(i);
  shuffle(cases, random);
  std::vector<std::size_t> group(cases.size());
  for (std::size_t i = 0; i < cases.size(); ++i) group[static_cast<std::size_t>(cases[i])] = i / SampleMaker::kKept;
  std::stable_sort(order.begin(), order.end(), [&](const DrawnSlice& a, const DrawnSlice& b) {
    return group[static_cast<std::size_t>(store.caseOf(a.slice))] <
           group[static_cast<std::size_t>(store.caseOf(b.slice))];
  });
  return order;
}

}  // namespace pulmo
