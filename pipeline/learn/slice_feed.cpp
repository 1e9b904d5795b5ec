// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/slice_feed.h"

#include <algorithm>
#include <chrono>
#include <condition_variable>
#include <exception>
#include <mutex>
#include <thread>
#include <utility>

#include "pipeline/core/error.h"
#include "pipeline/learn/slice_feed_sample.h"

namespace pulmo {

namespace {

void requireFit(const SliceStore& store, const TrainingConfig& config) {
  if (store.size() != config.network.size)
    throw Error(ErrorKind::InvalidInput, "The dataset's slices are " + std::to_string(store.size()) + " x " +
                                             std::to_string(store.size()) + " and the network wants " +
                                             std::to_string(config.network.size) +
                                             ": prepare the dataset in that size, or change the network's.");
  const int neighbours = config.network.neighbours;
  if (neighbours < 1 || neighbours % 2 == 0)
    throw Error(ErrorKind::InvalidInput, "The number of neighbouring slices must be odd.");
}

Batch emptyBatch(std::size_t count, const TrainingConfig& config) {
  const auto n = static_cast<std::size_t>(config.network.size);
  Batch batch;
  batch.count = static_cast<int>(count);
  batch.images.resize(count * static_cast<std::size_t>(config.network.neighbours) * n * n);
  batch.labels.resize(count * n * n);
  batch.lesions.resize(count * n * n);
  return batch;
}

void requireSlices(const std::vector<DrawnSlice>& order, SliceFeed::Pass pass) {
  if (order.empty())
    throw Error(ErrorKind::InvalidInput, std::string("The dataset has no usable slice for ") +
                                             (pass == SliceFeed::Pass::Training ? "training" : "validation") +
                                             ": it needs cases on that side whose right and left lung are known. "
                                             "Prepare it again with another split.");
}

std::vector<DrawnSlice> validationOrder(const SliceStore& store) {
  std::vector<DrawnSlice> order;
  for (const int slice : store.slicesOf(Split::Validation))
    if (store.cases()[static_cast<std::size_t>(store.caseOf(slice))].sidesKnown) order.push_back({slice, 0});
  return order;
}

}  // namespace

Batch makeSample(const SliceStore& store, const TrainingConfig& config, int epoch, int slice, bool augment) {
  requireFit(store, config);
  Batch batch = emptyBatch(1, config);
  batch.slices = {slice};
  SampleMaker(store, config, epoch)
      .make(slice, 0, augment, batch.images.data(), batch.labels.data(), batch.lesions.data());
  return batch;
}

struct SliceFeed::State {
  State(const SliceStore& store, const TrainingConfig& given, int epoch, Pass pass)
      : config(given),
        maker(store, config, epoch),
        order(pass == Pass::Training ? trainingOrder(store, config, epoch) : validationOrder(store)),
        augment(pass == Pass::Training),
        batchSize(static_cast<std::size_t>(std::max(1, config.batchSize))),
        batches((order.size() + batchSize - 1) / batchSize) {}

  struct Slot {
    Batch batch;
    std::exception_ptr error;
    bool ready = false;
  };

  [[nodiscard]] Batch make(std::size_t index) const {
    const std::size_t first = index * batchSize, count = std::min(batchSize, order.size() - first);
    Batch batch = emptyBatch(count, config);
    const std::size_t pixels = batch.labels.size() / count, image = batch.images.size() / count;
    for (std::size_t i = 0; i < count; ++i) {
      const DrawnSlice& drawn = order[first + i];
      batch.slices.push_back(drawn.slice);
      maker.make(drawn.slice, drawn.draw, augment, batch.images.data() + i * image, batch.labels.data() + i * pixels,
                 batch.lesions.data() + i * pixels);
    }
    return batch;
  }

  void work(const StopToken& stop) {
    while (true) {
      std::size_t index = 0;
      {
        std::unique_lock lock(mutex);
        if (!room.wait(lock, stop, [&] { return taken >= batches || taken < handedOut + slots.size(); })) return;
        if (taken >= batches || stop.stop_requested()) return;
        index = taken++;
      }
      Slot made;
      try {
        made.batch = make(index);
      } catch (...) {
        made.error = std::current_exception();
      }
      made.ready = true;
      {
        const std::scoped_lock lock(mutex);
        slots[index % slots.size()] = std::move(made);
      }
      ready.notify_all();
    }
  }

  const TrainingConfig config;  ///< a copy: the caller's may change
  SampleMaker maker;
  std::vector<DrawnSlice> order;
  bool augment;
  std::size_t batchSize, batches;

  std::mutex mutex;
  std::condition_variable_any room, ready;
  std::vector<Slot> slots;               ///< batch i lies in slot i modulo their number
  std::size_t taken = 0, handedOut = 0;  ///< batches begun by a worker, batches given to the caller
  double waited = 0;
  std::vector<std::jthread> workers;  ///< last: they are joined before anything they use is gone
};

SliceFeed::SliceFeed(const SliceStore& store, const TrainingConfig& config, int epoch, Pass pass, std::int64_t begun) {
  requireFit(store, config);
  state_ = std::make_unique<State>(store, config, epoch, pass);
  requireSlices(state_->order, pass);
  state_->taken = state_->handedOut =
      std::min(static_cast<std::size_t>(std::max<std::int64_t>(0, begun)), state_->batches);
  const auto threads = static_cast<std::size_t>(std::clamp(config.dataThreads, 1, 64));
  state_->slots.resize(threads + 2);
  for (std::size_t i = 0; i < threads; ++i)
    state_->workers.emplace_back([state = state_.get()](const StopToken& stop) { state->work(stop); });
}

SliceFeed::~SliceFeed() = default;

void SliceFeed::requireUsable(const SliceStore& store, const TrainingConfig& config, Pass pass) {
  requireFit(store, config);
  requireSlices(pass == Pass::Training ? trainingOrder(store, config, 1) : validationOrder(store), pass);
}

std::int64_t SliceFeed::batches() const {
  return static_cast<std::int64_t>(state_->batches);
}

std::optional<Batch> SliceFeed::next(const StopToken& stop) {
  State& s = *state_;
  State::Slot slot;
  {
    std::unique_lock lock(s.mutex);
    if (s.handedOut >= s.batches || stop.stop_requested()) return std::nullopt;
    State::Slot& wanted = s.slots[s.handedOut % s.slots.size()];
    if (!wanted.ready) {
      const auto start = std::chrono::steady_clock::now();
      const bool there = s.ready.wait(lock, stop, [&] { return wanted.ready; });
      s.waited += std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
      if (!there) return std::nullopt;
    }
    slot = std::exchange(wanted, {});
    ++s.handedOut;
  }
  s.room.notify_all();
  if (slot.error) std::rethrow_exception(slot.error);
  return std::move(slot.batch);
}

double SliceFeed::waitedSeconds() const {
  return state_->waited;
}

Batch SliceFeed::first(const SliceStore& store, const TrainingConfig& config, int epoch, int count) {
  requireFit(store, config);
  TrainingConfig one = config;
  one.batchSize = std::max(1, count);
  const State state(store, one, epoch, Pass::Training);
  requireSlices(state.order, Pass::Training);
  return state.make(0);
}

}  // namespace pulmo
