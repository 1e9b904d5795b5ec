// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/slice_feed_sample.h"

#include <algorithm>

#include "pipeline/core/random.h"
#include "pipeline/learn/diaphragm_dome.h"

namespace pulmo {

namespace {

// Streams of random numbers, one for each use.
constexpr std::uint64_t kDiseaseStream = 0x6469736561736500, kSliceStream = 0x736c696365000000;

constexpr double kBasalShare = 0.45;  ///< of the lungs' height, where a diaphragm may stand

/// One seed out of several numbers.
std::uint64_t mixed(std::uint64_t seed, int epoch, std::uint64_t stream) {
  const auto w = Random(seed, stream).words(static_cast<std::uint64_t>(epoch));
  return (static_cast<std::uint64_t>(w[0]) << 32) | w[1];
}

/// The lung labels grown by one voxel over the partial volume at their border. Left as it was, that rim would lie as a
/// dark line between simulated consolidation and the chest wall: a mark that real disease does not make, and that a
/// network learns to look for.
std::vector<std::uint8_t> overRim(const std::int16_t* ct, const std::uint8_t* lungs, int size) {
  constexpr int kLeastHu = -900, kMostHu = 0;
  const auto n = static_cast<std::size_t>(size);
  std::vector<std::uint8_t> grown(lungs, lungs + n * n);
  for (std::size_t y = 1; y + 1 < n; ++y)
    for (std::size_t x = 1; x + 1 < n; ++x) {
      const std::size_t i = y * n + x;
      if (lungs[i] != 0 || ct[i] < kLeastHu || ct[i] > kMostHu) continue;
      for (const std::size_t beside : {i - 1, i + 1, i - n, i + n, i - n - 1, i - n + 1, i + n - 1, i + n + 1})
        if (lungs[beside] != 0) grown[i] = lungs[beside];
    }
  return grown;
}

}  // namespace

SampleMaker::SampleMaker(const SliceStore& store, const TrainingConfig& config, int epoch)
    : store_(store), config_(config), epoch_(epoch) {
  if (config.augmentation.histogramProbability > 0)
    for (const int slice : store.slicesOf(Split::Train))
      if (store.hasLung(slice)) references_.push_back(slice);
  for (const StoredCase& c : store.cases()) {
    int low = c.firstSlice + c.slices, high = -1;
    for (int slice = c.firstSlice; slice < c.firstSlice + c.slices; ++slice)
      if (store.hasLung(slice)) low = std::min(low, slice), high = slice;
    basalEnd_.push_back(high < low ? c.firstSlice : low + static_cast<int>(kBasalShare * (high - low + 1)));
  }
}

bool SampleMaker::isBasal(int slice) const {
  return store_.hasLung(slice) && slice < basalEnd_[static_cast<std::size_t>(store_.caseOf(slice))];
}

std::vector<int> SampleMaker::neighboursOf(int slice) const {
  const StoredCase& c = store_.cases()[static_cast<std::size_t>(store_.caseOf(slice))];
  const int reach = config_.network.neighbours / 2;
  std::vector<int> result;
  for (int k = -reach; k <= reach; ++k)
    result.push_back(std::clamp(slice + k, c.firstSlice, c.firstSlice + c.slices - 1));
  return result;
}

void SampleMaker::readPlane(int slice, const Disease* disease, std::uint8_t* lesions, float* to) const {
  const auto pixels = static_cast<std::size_t>(store_.size()) * static_cast<std::size_t>(store_.size());
  const std::int16_t* ct = store_.ct(slice);
  if (disease == nullptr) {
    for (std::size_t i = 0; i < pixels; ++i) to[i] = ct[i];
    return;
  }
  std::vector<std::int16_t> hu(ct, ct + pixels);
  const StoredCase& c = store_.cases()[static_cast<std::size_t>(store_.caseOf(slice))];
  const std::uint8_t* lungs = store_.labels(slice);
  disease->paint(slice - c.firstSlice, hu.data(), overRim(ct, lungs, store_.size()).data(), lesions);
  for (std::size_t i = 0; lesions != nullptr && i < pixels; ++i)
    if (lungs[i] == 0) lesions[i] = 0;
  for (std::size_t i = 0; i < pixels; ++i) to[i] = hu[i];
}

void SampleMaker::read(int slice, bool thick, SampleSlices& sample, const Disease* disease) const {
  const StoredCase& c = store_.cases()[static_cast<std::size_t>(store_.caseOf(slice))];
  const std::vector<int> neighbours = neighboursOf(slice);
  std::vector<float> side(thick ? sample.pixels() : 0);
  for (int k = 0; k < sample.count; ++k) {
    const int at = neighbours[static_cast<std::size_t>(k)];
    float* plane = sample.plane(k);
    readPlane(at, disease, 2 * k + 1 == sample.count ? sample.lesions.data() : nullptr, plane);
    if (!thick) continue;
    for (const int beside : {std::max(at - 1, c.firstSlice), std::min(at + 1, c.firstSlice + c.slices - 1)}) {
      readPlane(beside, disease, nullptr, side.data());
      for (std::size_t i = 0; i < side.size(); ++i) plane[i] += side[i];
      store_.forget(beside);
    }
    for (std::size_t i = 0; i < side.size(); ++i) plane[i] /= 3;
  }
  std::copy_n(store_.labels(slice), sample.pixels(), sample.labels.begin());
  for (const int at : neighbours) store_.forget(at);
}

std::shared_ptr<const SampleMaker::Diseases> SampleMaker::diseasesOf(int caseIndex) const {
  std::shared_ptr<Diseases> found;
  {
    const std::scoped_lock lock(mutex_);
    for (const auto& entry : kept_)
      if (entry->caseIndex == caseIndex) found = entry;
    if (!found) {
      if (kept_.size() >= kKept)
        kept_.erase(std::min_element(kept_.begin(), kept_.end(),
                                     [](const auto& a, const auto& b) { return a->used < b->used; }));
      found = std::make_shared<Diseases>();
      found->caseIndex = caseIndex;
      kept_.push_back(found);
    }
    found->used = ++clock_;
  }
  // Drawn outside the lock: the other cases need not wait.
  std::call_once(found->once, [&] {
    const std::uint64_t seed = mixed(config_.seed, epoch_, kDiseaseStream + static_cast<std::uint64_t>(caseIndex));
    found->shape = store_.shape(caseIndex);
    found->asConfigured = std::make_unique<const Disease>(found->shape, config_.pathology, seed);
    PathologySpec discs = config_.pathology;
    discs.mode = PathologyMode::Circles;
    if (config_.circlesShare > 0) found->circles = std::make_unique<const Disease>(found->shape, discs, seed);
  });
  return found;
}

std::vector<float> SampleMaker::referenceFor(Random& random) const {
  if (references_.empty()) return {};
  const int slice = references_[static_cast<std::size_t>(random.integer(0, static_cast<int>(references_.size()) - 1))];
  const auto pixels = static_cast<std::size_t>(store_.size()) * static_cast<std::size_t>(store_.size());
  std::vector<float> hu(pixels);
  readPlane(slice, nullptr, nullptr, hu.data());
  store_.forget(slice);
  throughWindow(hu.data(), pixels, config_.network.inputWindow, hu.data());
  return hu;
}

void SampleMaker::make(int slice, int draw, bool augment, float* images, std::uint8_t* labels,
                       std::uint8_t* lesions) const {
  SampleSlices sample;
  sample.size = store_.size();
  sample.count = config_.network.neighbours;
  sample.hu.resize(static_cast<std::size_t>(sample.count) * sample.pixels());
  sample.labels.resize(sample.pixels());
  sample.lesions.resize(sample.pixels());

  AugmentationDraw drawn;
  std::vector<float> reference;
  std::shared_ptr<const Diseases> diseases;
  const Disease* disease = nullptr;
  DiaphragmDomes domes;  // of no lung: none
  if (augment) {
    Random random(mixed(config_.seed, epoch_, kSliceStream + static_cast<std::uint64_t>(slice)),
                  static_cast<std::uint64_t>(draw));
    const int caseIndex = store_.caseOf(slice);
    const bool sick = random.uniform() < config_.pathologyP, discs = random.uniform() < config_.circlesShare;
    const bool allowed = config_.simulateIntoDiseased || !store_.cases()[static_cast<std::size_t>(caseIndex)].diseased;
    if (sick && allowed && store_.hasLung(slice)) {
      diseases = diseasesOf(caseIndex);
      disease = discs ? diseases->circles.get() : diseases->asConfigured.get();
    }
    drawn = drawAugmentation(config_.augmentation, sample.size, random);
    if (drawn.histogram) reference = referenceFor(random);
    const bool rises = random.uniform() < config_.augmentation.domeProbability && isBasal(slice);
    const DiaphragmDomes drawnDomes = drawDomes(random);
    if (rises) domes = drawnDomes;
  }
  read(slice, drawn.thick, sample, disease);
  const double pixelMm = store_.cases()[static_cast<std::size_t>(store_.caseOf(slice))].grid.spacingMm[0];
  for (const DiaphragmDome& dome : domes) paintDome(dome, pixelMm, sample);
  if (config_.network.denoise)
    for (int k = 0; k < sample.count; ++k) denoise(sample.plane(k), sample.size);
  moveSample(drawn, sample);
  degradeSample(drawn, config_.network.inputWindow, sample);
  throughWindow(sample.hu.data(), sample.hu.size(), config_.network.inputWindow, images);
  toneSample(drawn, reference, sample.size, sample.count, images);
  std::copy(sample.labels.begin(), sample.labels.end(), labels);
  std::copy(sample.lesions.begin(), sample.lesions.end(), lesions);
}

}  // namespace pulmo
