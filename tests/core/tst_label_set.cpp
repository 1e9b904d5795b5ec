// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <set>

#include "pipeline/core/label_set.h"

using namespace pulmo;

class TestLabelSet : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // The ids are a contract with every file this program has written.
  void keepsItsIdsAndCodes() {
    QCOMPARE(int{labelInfo(1).id}, 1);
    QCOMPARE(labelInfo(1).snomedCode, std::string_view("3341006"));   // SNOMED CT: Right lung structure
    QCOMPARE(labelInfo(2).snomedCode, std::string_view("44029006"));  // Left lung structure
    QCOMPARE(labelInfo(3).snomedCode, std::string_view("39607008"));  // Lung structure
    QVERIFY_THROWS_EXCEPTION(Error, (void)labelInfo(4));
    QVERIFY_THROWS_EXCEPTION(Error, (void)labelInfo(0));
  }
  void sharesNoIdNameOrColour() {
    std::set<int> ids;
    std::set<std::string_view> names;
    std::set<std::array<std::uint8_t, 3>> colours;
    for (const LabelInfo& label : lungLabels()) {
      ids.insert(label.id);
      names.insert(label.key);
      colours.insert(label.rgb);
    }
    QCOMPARE(ids.size(), lungLabels().size());
    QCOMPARE(names.size(), lungLabels().size());
    QCOMPARE(colours.size(), lungLabels().size());
  }
  void tellsUnsidedMasksApart() {
    Grid g;
    g.size = {2, 1, 1};
    LabelVolume sided(g), unsided(g);
    sided.voxels() = {kRightLung, kLeftLung};
    unsided.voxels() = {0, kLungUnsided};
    QVERIFY(!isUnsided(sided));
    QVERIFY(isUnsided(unsided));
  }
};

QTEST_GUILESS_MAIN(TestLabelSet)
#include "tst_label_set.moc"
