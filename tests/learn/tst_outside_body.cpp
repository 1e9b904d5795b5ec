// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <algorithm>

#include "pipeline/core/label_set.h"
#include "pipeline/learn/outside_body.h"
#include "tests/classical/model_chest.h"

using namespace pulmo;
using test::ModelChest;

namespace {

constexpr std::uint8_t kTableAir = 3;

/// A chest on a hollow table, and what a network could make of it: the lungs, and the air within the table as left
/// lung.
struct OnATable {
  ModelChest::Result chest;
  LabelVolume predicted;
  OnATable() {
    ModelChest model;
    model.table = true;
    chest = model.make();
    predicted = chest.lungs;
    for (std::size_t i = 0; i < predicted.voxels().size(); ++i)
      if (chest.other.voxels()[i] == kTableAir) predicted.voxels()[i] = kLeftLung;
  }
};

}  // namespace

class TestOutsideBody : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void takesAirOfTheTableAway() {
    OnATable t;
    const auto table =
        static_cast<std::uint64_t>(std::count(t.chest.other.voxels().begin(), t.chest.other.voxels().end(), kTableAir));
    QVERIFY(table > 10000);  // large enough to pass for a part of a lung
    const auto taken = eraseOutsideBody(t.predicted, t.chest.ct, {});
    QCOMPARE(taken.value_or(0), table);
    QVERIFY(t.predicted.voxels() == t.chest.lungs.voxels());
  }
  // A lung in two pieces, as a thick slice or disease leaves it.
  void keepsPiecesWithinTheBody() {
    OnATable t;
    LabelVolume divided = t.chest.lungs;
    const Index3 size = divided.grid().size;
    for (int y = 0; y < size[1]; ++y)
      for (int x = 0; x < size[0]; ++x) divided[{x, y, 30}] = kBackground;
    LabelVolume labels = divided;
    QCOMPARE(eraseOutsideBody(labels, t.chest.ct, {}).value_or(1), std::uint64_t{0});
    QVERIFY(labels.voxels() == divided.voxels());
  }
  void withoutABodyNothingIsTaken() {
    OnATable t;
    std::fill(t.chest.ct.voxels().begin(), t.chest.ct.voxels().end(), std::int16_t{-1000});
    const LabelVolume before = t.predicted;
    QCOMPARE(eraseOutsideBody(t.predicted, t.chest.ct, {}).value_or(1), std::uint64_t{0});
    QVERIFY(t.predicted.voxels() == before.voxels());
    LabelVolume nothing(t.chest.ct.grid());
    QCOMPARE(eraseOutsideBody(nothing, t.chest.ct, {}).value_or(1), std::uint64_t{0});
  }
  void stops() {
    OnATable t;
    std::stop_source source;
    source.request_stop();
    QVERIFY(!eraseOutsideBody(t.predicted, t.chest.ct, source.get_token()));
  }
};

QTEST_GUILESS_MAIN(TestOutsideBody)
#include "tst_outside_body.moc"
