// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <algorithm>
#include <chrono>
#include <map>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/learn/slice_feed.h"
#include "pipeline/learn/slice_feed_sample.h"
#include "tests/learn/store_of_chests.h"

using namespace pulmo;
using namespace pulmo::test;

namespace {

constexpr int kSize = 64, kSlices = 8;  // two of them without lung

TrainingConfig plain() {
  TrainingConfig config;
  config.network.size = kSize;
  config.batchSize = 4;
  config.emptyShare = 1;
  config.pathologyP = 0;
  AugmentationConfig& a = config.augmentation;
  a.rotationDeg = a.scale = a.shiftShare = a.cropShare = a.mirrorProbability = a.flipProbability = 0;
  a.noiseHu = a.blurSharpen = a.contrast = a.brightnessHu = a.gamma = 0;
  a.curveProbability = a.histogramProbability = a.equalizeProbability = a.domeProbability = 0;
  return config;
}

TrainingConfig everything() {
  TrainingConfig config;
  config.network.size = kSize;
  config.batchSize = 3;
  config.network.neighbours = 3;
  config.pathologyP = 0.7;
  config.circlesShare = 0.3;
  return config;
}

std::vector<Batch> all(SliceFeed& feed) {
  std::vector<Batch> batches;
  while (auto batch = feed.next({})) batches.push_back(std::move(*batch));
  return batches;
}

bool same(const Batch& a, const Batch& b) {
  return a.slices == b.slices && a.images == b.images && a.labels == b.labels && a.lesions == b.lesions;
}

std::vector<BoxCase> fourCases() {
  return {{"a", "a"}, {"b", "b"}, {"v", "v", Split::Validation}, {"t", "t", Split::Test}};
}

}  // namespace

class TestSliceFeed : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Window -1300 .. 300: (HU + 1300) / 1600.
  void isTheWindowedSliceWithAllOff() {
    const BoxStore box(kSize, kSlices, fourCases());
    const Batch sample = makeSample(box.store(), plain(), 1, 3, true);
    QCOMPARE(sample.count, 1);
    QCOMPARE(sample.images.size(), std::size_t{kSize * kSize});
    const std::int16_t* ct = box.store().ct(3);
    for (std::size_t i = 0; i < sample.images.size(); ++i)
      QVERIFY(std::abs(sample.images[i] - (static_cast<float>(ct[i]) + 1300) / 1600) < 1e-6F);
    QVERIFY(std::equal(sample.labels.begin(), sample.labels.end(), box.store().labels(3)));
    QVERIFY(std::all_of(sample.lesions.begin(), sample.lesions.end(), [](std::uint8_t v) { return v == 0; }));
  }
  // Neighbours come from the same case; beyond its ends the last slice stands again.
  void clampsNeighboursAtTheEnds_data() {
    QTest::addColumn<int>("slice");
    QTest::addColumn<std::vector<int>>("planes");
    QTest::newRow("first of a case") << 8 << std::vector<int>{8, 8, 8, 9, 10};
    QTest::newRow("last of a case") << 7 << std::vector<int>{5, 6, 7, 7, 7};
    QTest::newRow("within") << 11 << std::vector<int>{9, 10, 11, 12, 13};
  }
  void clampsNeighboursAtTheEnds() {
    QFETCH(int, slice);
    QFETCH(std::vector<int>, planes);
    const BoxStore box(kSize, kSlices, fourCases());
    TrainingConfig config = plain();
    config.network.neighbours = 5;
    const Batch sample = makeSample(box.store(), config, 1, slice, true);
    const std::size_t pixels = kSize * kSize;
    for (std::size_t k = 0; k < 5; ++k)
      for (std::size_t i = 0; i < pixels; i += 7)
        QVERIFY(std::abs(sample.images[k * pixels + i] -
                         (static_cast<float>(box.store().ct(planes[k])[i]) + 1300) / 1600) < 1e-6F);
  }
  void repeatsASampleAndVariesByEpochAndSeed() {
    const BoxStore box(kSize, kSlices, fourCases());
    TrainingConfig config = everything();
    config.pathologyP = 1;
    const Batch first = makeSample(box.store(), config, 2, 3, true);
    QVERIFY(same(first, makeSample(box.store(), config, 2, 3, true)));
    QVERIFY(!same(first, makeSample(box.store(), config, 3, 3, true)));
    config.seed = 2;
    QVERIFY(!same(first, makeSample(box.store(), config, 2, 3, true)));
  }
  // A run that goes on: the batches after those it has had, equal to the whole epoch's.
  void beginsWhereItIsTold() {
    const BoxStore box(kSize, kSlices, fourCases());
    const SliceStore& store = box.store();
    const TrainingConfig config = everything();
    SliceFeed whole(store, config, 1, SliceFeed::Pass::Training);
    const std::int64_t count = whole.batches(), begun = count - 2;
    QVERIFY(begun > 0);
    for (std::int64_t i = 0; i < begun; ++i) QVERIFY(whole.next({}));
    SliceFeed tail(store, config, 1, SliceFeed::Pass::Training, begun);
    QCOMPARE(tail.batches(), count);
    for (int i = 0; i < 2; ++i) {
      const auto expected = whole.next({}), batch = tail.next({});
      QVERIFY(expected && batch && batch->slices == expected->slices && batch->images == expected->images);
    }
    QVERIFY(!tail.next({}));
    for (const std::int64_t beyond : {count, count + 5})
      QVERIFY(!SliceFeed(store, config, 1, SliceFeed::Pass::Training, beyond).next({}));
  }

  // What a person looks at is what the training will see, whatever the batch size is.
  void firstIsTheBeginningOfTheEpoch() {
    const BoxStore box(kSize, kSlices, fourCases());
    const TrainingConfig config = everything();
    const std::vector<DrawnSlice> order = trainingOrder(box.store(), config, 2);
    const Batch some = SliceFeed::first(box.store(), config, 2, 5);
    QCOMPARE(some.count, 5);
    const std::size_t pixels = kSize * kSize;
    for (std::size_t i = 0; i < 5; ++i) {
      QCOMPARE(some.slices[i], order[i].slice);
      const Batch one = makeSample(box.store(), config, 2, order[i].slice, true);
      QVERIFY(std::equal(one.images.begin(), one.images.end(),
                         some.images.begin() + static_cast<std::ptrdiff_t>(i * 3 * pixels)));
      QVERIFY(std::equal(one.labels.begin(), one.labels.end(),
                         some.labels.begin() + static_cast<std::ptrdiff_t>(i * pixels)));
    }
    QCOMPARE(SliceFeed::first(box.store(), config, 2, 1000).count, static_cast<int>(order.size()));
    const BoxStore none(kSize, kSlices, {{"v", "v", Split::Validation}});
    QVERIFY_THROWS_EXCEPTION(Error, (void)SliceFeed::first(none.store(), config, 1, 4));
  }
  void leavesValidationAlone() {
    const BoxStore box(kSize, kSlices, fourCases());
    TrainingConfig config = everything();
    config.network.neighbours = 1;
    const Batch sample = makeSample(box.store(), config, 1, 19, false);
    QVERIFY(same(sample, makeSample(box.store(), plain(), 9, 19, false)));
  }
  // Disease changes lung voxels only, where its labels say so.
  void drawsDiseaseIntoLung() {
    const BoxStore box(kSize, kSlices, fourCases());
    TrainingConfig config = plain();
    config.pathologyP = 1;
    config.pathology.lesionsMin = 8;
    std::size_t changed = 0;
    for (int slice = 2; slice < 6; ++slice) {
      const Batch healthy = makeSample(box.store(), plain(), 1, slice, true);
      const Batch sick = makeSample(box.store(), config, 1, slice, true);
      QVERIFY(healthy.labels == sick.labels);
      for (std::size_t i = 0; i < sick.images.size(); ++i) {
        if (sick.images[i] == healthy.images[i]) continue;
        ++changed;
        QVERIFY(sick.labels[i] != 0);
      }
    }
    QVERIFY2(changed > 200, qPrintable(QString::number(changed)));
  }
  // A pixel of partial volume beside the lung takes part; its label and the tissue farther out stay.
  void drawsDiseaseOverTheRim() {
    BoxChest chest = makeBoxChest(kSize, kSlices);
    const auto isRim = [&](const Index3& at) {
      return chest.lungs[at] == 0 &&
             (chest.lungs[{at[0] - 1, at[1], at[2]}] != 0 || chest.lungs[{at[0] + 1, at[1], at[2]}] != 0);
    };
    for (int y = 1; y < kSize - 1; ++y)
      for (int x = 1; x < kSize - 1; ++x)
        if (isRim({x, y, 3})) chest.ct[{x, y, 3}] = -420;
    QTemporaryDir folder;
    const std::filesystem::path path = folder.filePath("store").toStdString();
    SliceStoreWriter writer(path, kSize, Overwrite::Refuse);
    StoredCase description;
    description.name = description.patient = "a";
    writer.add(chest.ct, chest.lungs, description);
    writer.finish({Split::Train}, 1);
    const SliceStore store(path);
    TrainingConfig config = plain();
    config.pathologyP = 1;
    config.pathology.weight = {0, 1, 0, 0, 0, 0};
    config.pathology.lesionsMin = config.pathology.lesionsMax = 40;
    config.pathology.extentPercent = 90;
    int rim = 0;
    for (int epoch = 1; epoch <= 5; ++epoch) {
      const Batch sick = makeSample(store, config, epoch, 3, true),
                  healthy = makeSample(store, plain(), epoch, 3, true);
      QVERIFY(sick.labels == healthy.labels);
      for (int y = 1; y < kSize - 1; ++y)
        for (int x = 1; x < kSize - 1; ++x) {
          const auto i = static_cast<std::size_t>(y * kSize + x);
          if (chest.lungs[{x, y, 3}] != 0) continue;
          QCOMPARE(int{sick.lesions[i]}, 0);
          if (!isRim({x, y, 3}))
            QCOMPARE(sick.images[i], healthy.images[i]);
          else
            rim += sick.images[i] != healthy.images[i];
        }
    }
    QVERIFY2(rim > 20, qPrintable(QString::number(rim)));
  }
  // Lung in slices 1 to 10: a diaphragm stands in the lower 45 %, 1 to 4, alone.
  void raisesDomesInBasalSlices() {
    const BoxStore box(kSize, 12, {{"a", "a", Split::Train}});
    TrainingConfig config = plain();
    config.augmentation.domeProbability = 1;
    int raised = 0;
    for (int epoch = 1; epoch <= 6; ++epoch)
      for (int slice = 0; slice < 12; ++slice) {
        const Batch healthy = makeSample(box.store(), plain(), epoch, slice, true);
        const Batch sample = makeSample(box.store(), config, epoch, slice, true);
        const bool changed = !same(healthy, sample);
        QVERIFY(!changed || (slice >= 1 && slice <= 4));
        raised += changed ? 1 : 0;
        for (std::size_t i = 0; i < sample.labels.size(); ++i)
          QVERIFY(sample.labels[i] == healthy.labels[i] ||
                  (sample.labels[i] == 0 && sample.images[i] > healthy.images[i]));
      }
    QVERIFY2(raised >= 12, qPrintable(QString::number(raised)));
  }
  void drawsDiseaseAsOftenAsAsked() {
    const BoxStore box(kSize, 34, {{"a", "a"}});
    TrainingConfig config = plain();
    config.pathologyP = 0.5;
    config.circlesShare = 1;  // discs show in every slice with two lungs
    const SampleMaker maker(box.store(), config, 4);
    int sick = 0, count = 0;
    std::vector<float> image(kSize * kSize);
    std::vector<std::uint8_t> labels(image.size()), lesions(image.size());
    for (int draw = 0; draw < 12; ++draw)
      for (int slice = 1; slice < 33; ++slice, ++count) {
        maker.make(slice, draw, true, image.data(), labels.data(), lesions.data());
        sick += std::any_of(lesions.begin(), lesions.end(), [](std::uint8_t v) { return v != 0; });
      }
    QVERIFY2(std::abs(sick - count / 2) < 50, qPrintable(QString("%1 of %2").arg(sick).arg(count)));  // five SD
  }
  void leavesTheDiseasedAlone() {
    const BoxStore box(kSize, kSlices, {{"d", "d", Split::Train, true}});
    TrainingConfig config = plain();
    config.pathologyP = 1;
    config.circlesShare = 1;
    QVERIFY(same(makeSample(box.store(), config, 1, 3, true), makeSample(box.store(), plain(), 1, 3, true)));
    config.simulateIntoDiseased = true;
    QVERIFY(!same(makeSample(box.store(), config, 1, 3, true), makeSample(box.store(), plain(), 1, 3, true)));
  }
  void givesTheSameWithAnyNumberOfThreads() {
    const BoxStore box(kSize, kSlices, fourCases());
    TrainingConfig config = everything();
    config.dataThreads = 1;
    SliceFeed one(box.store(), config, 5, SliceFeed::Pass::Training);
    const std::vector<Batch> alone = all(one);
    config.dataThreads = 3;
    SliceFeed three(box.store(), config, 5, SliceFeed::Pass::Training);
    const std::vector<Batch> together = all(three);
    QCOMPARE(alone.size(), together.size());
    QCOMPARE(static_cast<std::int64_t>(alone.size()), one.batches());
    for (std::size_t i = 0; i < alone.size(); ++i) QVERIFY(same(alone[i], together[i]));
    QVERIFY(!one.next({}));
    // And each is what makeSample says.
    const Batch& batch = alone.front();
    const Batch sample = makeSample(box.store(), config, 5, batch.slices[0], true);
    QVERIFY(std::equal(sample.images.begin(), sample.images.end(), batch.images.begin()));
  }
  void visitsEachSliceOnceInAnotherOrderEachEpoch() {
    const BoxStore box(kSize, kSlices, fourCases());
    std::vector<std::vector<int>> orders;
    for (int epoch = 1; epoch <= 3; ++epoch) {
      SliceFeed feed(box.store(), plain(), epoch, SliceFeed::Pass::Training);
      std::vector<int> seen;
      for (const Batch& batch : all(feed)) seen.insert(seen.end(), batch.slices.begin(), batch.slices.end());
      orders.push_back(seen);
      std::sort(seen.begin(), seen.end());
      QCOMPARE(seen, box.store().slicesOf(Split::Train));
    }
    QVERIFY(orders[0] != orders[1] && orders[1] != orders[2]);
  }
  void goesThroughValidationInOrder() {
    const BoxStore box(kSize, kSlices, fourCases());
    SliceFeed feed(box.store(), everything(), 1, SliceFeed::Pass::Validation);
    QCOMPARE(feed.batches(), std::int64_t{3});  // eight slices in threes
    std::vector<int> seen;
    for (const Batch& batch : all(feed)) seen.insert(seen.end(), batch.slices.begin(), batch.slices.end());
    QCOMPARE(seen, box.store().slicesOf(Split::Validation));
  }
  void keepsAShareOfTheEmptySlices() {
    const BoxStore box(kSize, 34, {{"a", "a"}, {"b", "b"}, {"c", "c"}});
    TrainingConfig config = plain();
    config.emptyShare = 0;
    for (const DrawnSlice& drawn : trainingOrder(box.store(), config, 1)) QVERIFY(box.store().hasLung(drawn.slice));
    QCOMPARE(trainingOrder(box.store(), config, 1).size(), std::size_t{3 * 32});
    config.emptyShare = 0.5;
    std::set<int> kept;
    for (int epoch = 0; epoch < 50; ++epoch) {
      const auto order = trainingOrder(box.store(), config, epoch);
      QCOMPARE(order.size(), std::size_t{96 + 3});  // of the six; other ones each epoch, but always as many
      for (const DrawnSlice& drawn : order)
        if (!box.store().hasLung(drawn.slice)) kept.insert(drawn.slice);
    }
    QCOMPARE(kept.size(), std::size_t{6});
  }
  // More cases than diseases are kept: the slices of a case lie together in groups, at random within one.
  void bringsCasesInGroups() {
    std::vector<BoxCase> cases;
    for (int i = 0; i < 100; ++i) cases.push_back({"c" + std::to_string(i), "c" + std::to_string(i)});
    const BoxStore box(16, 4, cases);
    TrainingConfig config = plain();
    config.network.size = 16;
    const auto order = trainingOrder(box.store(), config, 1);
    QCOMPARE(order.size(), std::size_t{400});
    std::map<int, std::pair<std::size_t, std::size_t>> span;
    for (std::size_t i = 0; i < order.size(); ++i) {
      const auto [known, added] = span.emplace(box.store().caseOf(order[i].slice), std::pair{i, i});
      if (!added) known->second.second = i;
    }
    const std::size_t group = 4 * SampleMaker::kKept;
    std::size_t beside = 0;
    for (const auto& [c, places] : span) QCOMPARE(places.first / group, places.second / group);
    for (std::size_t i = 0; i + 1 < order.size(); ++i)
      beside += box.store().caseOf(order[i].slice) == box.store().caseOf(order[i + 1].slice);
    QVERIFY2(beside < 30, qPrintable(QString::number(beside)));  // by chance about 400 * 3 / 191
  }
  void drawsAsManySlicesAsAsked_data() {
    QTest::addColumn<int>("slices");
    QTest::addColumn<double>("diseasedShare");
    QTest::addColumn<int>("diseased");
    QTest::newRow("fewer than there are") << 10 << 0.0 << -1;
    QTest::newRow("more than there are") << 50 << 0.0 << -1;
    QTest::newRow("half of them diseased") << 40 << 0.5 << 20;
    QTest::newRow("all of them diseased") << 30 << 1.0 << 30;
  }
  void drawsAsManySlicesAsAsked() {
    QFETCH(int, slices);
    QFETCH(double, diseasedShare);
    QFETCH(int, diseased);
    const BoxStore box(kSize, kSlices, {{"h1", "h1"}, {"h2", "h2"}, {"d", "d", Split::Train, true}});
    TrainingConfig config = plain();
    config.slicesPerEpoch = slices;
    config.diseasedShare = diseasedShare;
    const auto order = trainingOrder(box.store(), config, 1);
    QCOMPARE(static_cast<int>(order.size()), slices);
    const auto sick = std::count_if(order.begin(), order.end(), [](const DrawnSlice& d) { return d.slice >= 16; });
    if (diseased >= 0) QCOMPARE(static_cast<int>(sick), diseased);
    if (diseased == 20) {  // among the healthy, not before them
      const auto early =
          std::count_if(order.begin(), order.begin() + 20, [](const DrawnSlice& d) { return d.slice >= 16; });
      QVERIFY2(early > 2 && early < 18, qPrintable(QString::number(early)));
    }
    std::set<std::pair<int, int>> different;  // a slice that comes twice looks different each time
    for (const DrawnSlice& drawn : order) QVERIFY(different.emplace(drawn.slice, drawn.draw).second);
    int most = 0, least = 1000;
    std::map<int, int> times;
    for (const DrawnSlice& drawn : order) ++times[drawn.slice];
    for (const auto& [slice, n] : times)
      if (diseasedShare == 0) most = std::max(most, n), least = std::min(least, n);
    QVERIFY(diseasedShare > 0 || most - least <= 1);
  }
  void neverTrainsWithoutSides() {
    const BoxStore box(kSize, kSlices, {{"a", "a"}, {"u", "u", Split::Train, false, false}});
    SliceFeed feed(box.store(), plain(), 1, SliceFeed::Pass::Training);
    for (const Batch& batch : all(feed))
      for (const int slice : batch.slices) QVERIFY(slice < kSlices);
  }
  void refusesWhatCannotBeFed() {
    const BoxStore none(kSize, kSlices, {{"u", "u", Split::Train, false, false}});
    QVERIFY_THROWS_EXCEPTION(Error, SliceFeed(none.store(), plain(), 1, SliceFeed::Pass::Training));
    QVERIFY_THROWS_EXCEPTION(Error, SliceFeed(none.store(), plain(), 1, SliceFeed::Pass::Validation));
    TrainingConfig other = plain();
    other.network.size = 256;
    const BoxStore box(kSize, kSlices, fourCases());
    QVERIFY_THROWS_EXCEPTION(Error, SliceFeed(box.store(), other, 1, SliceFeed::Pass::Training));
  }
  void passesOnWhatWentWrong() {
    const BoxStore box(kSize, kSlices, fourCases());
    TrainingConfig config = plain();
    config.pathologyP = 1;
    config.pathology.weight.fill(0);  // refused by the simulator
    SliceFeed feed(box.store(), config, 1, SliceFeed::Pass::Training);
    QVERIFY_THROWS_EXCEPTION(Error, (void)all(feed));
  }
  void stopsAtOnce() {
    const BoxStore box(kSize, kSlices, fourCases());
    std::stop_source source;
    SliceFeed feed(box.store(), everything(), 1, SliceFeed::Pass::Training);
    QVERIFY(feed.next(source.get_token()));
    source.request_stop();
    QVERIFY(!feed.next(source.get_token()));
  }
  // Destroyed in the middle: the threads end after the batch they are at.
  void endsItsThreads() {
    const BoxStore box(kSize, kSlices, fourCases());
    TrainingConfig config = everything();
    config.slicesPerEpoch = 100000;
    config.dataThreads = 2;
    const auto start = std::chrono::steady_clock::now();
    { SliceFeed feed(box.store(), config, 1, SliceFeed::Pass::Training); }
    QVERIFY(std::chrono::steady_clock::now() - start < std::chrono::seconds(10));
  }
  void measuresWaiting() {
    const BoxStore box(kSize, kSlices, fourCases());
    SliceFeed feed(box.store(), everything(), 1, SliceFeed::Pass::Training);
    QCOMPARE(feed.waitedSeconds(), 0.0);
    const auto start = std::chrono::steady_clock::now();
    (void)all(feed);
    const double took = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    QVERIFY(feed.waitedSeconds() > 0 && feed.waitedSeconds() <= took);
  }
};

QTEST_GUILESS_MAIN(TestSliceFeed)
#include "tst_slice_feed.moc"
