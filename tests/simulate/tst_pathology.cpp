// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <functional>
#include <limits>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/simulate/pathology.h"

using namespace pulmo;

namespace {

struct Change {
  const char* field;  ///< the sentence must name it
  std::function<void(PathologySpec&)> make;
};

}  // namespace

Q_DECLARE_METATYPE(Change)

class TestPathology : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void acceptsItsDefaults() {
    validate({});
    PathologySpec circles;
    circles.mode = PathologyMode::Circles;
    validate(circles);
  }

  void refusesWhatIsOutOfItsLimits_data() {
    QTest::addColumn<Change>("change");
    const double nan = std::numeric_limits<double>::quiet_NaN();
    const std::vector<Change> changes{
        {"weight of ground_glass", [](PathologySpec& s) { s.weight[0] = -0.1; }},
        {"weight of diffuse", [nan](PathologySpec& s) { s.weight[5] = nan; }},
        {"weight is 0 for every kind", [](PathologySpec& s) { s.weight.fill(0); }},
        {"lesions_min", [](PathologySpec& s) { s.lesionsMin = 0; }},
        {"lesions_max", [](PathologySpec& s) { s.lesionsMax = 61; }},
        {"lesions_min", [](PathologySpec& s) { s.lesionsMin = 9, s.lesionsMax = 8; }},
        {"size_mm_min", [](PathologySpec& s) { s.sizeMmMin = 3.9; }},
        {"size_mm_max", [](PathologySpec& s) { s.sizeMmMax = 200.1; }},
        {"size_mm_min", [](PathologySpec& s) { s.sizeMmMin = 50, s.sizeMmMax = 49; }},
        {"extent_percent", [](PathologySpec& s) { s.extentPercent = 0.9; }},
        {"extent_percent", [](PathologySpec& s) { s.extentPercent = 91; }},
        {"density_shift_hu", [](PathologySpec& s) { s.densityShiftHu = -201; }},
        {"pleural", [](PathologySpec& s) { s.pleural = 1.01; }},
        {"basal", [](PathologySpec& s) { s.basal = -1.01; }},
        {"dorsal", [nan](PathologySpec& s) { s.dorsal = nan; }},
        {"sides", [](PathologySpec& s) { s.sides = static_cast<LesionSides>(4); }},
        {"mode", [](PathologySpec& s) { s.mode = static_cast<PathologyMode>(2); }},
        {"circles_min", [](PathologySpec& s) { s.circlesMin = 0; }},
        {"circles_max", [](PathologySpec& s) { s.circlesMax = 61; }},
        {"circles_min", [](PathologySpec& s) { s.circlesMin = 10; }},
        {"radius_share_min", [](PathologySpec& s) { s.radiusShareMin = 0; }},
        {"radius_share_max", [](PathologySpec& s) { s.radiusShareMax = 1.1; }},
        {"radius_share_min", [](PathologySpec& s) { s.radiusShareMin = 0.3; }},
        {"opacity_min", [](PathologySpec& s) { s.opacityMin = -0.1; }},
        {"opacity_max", [](PathologySpec& s) { s.opacityMax = 1.1; }},
        {"opacity_min", [](PathologySpec& s) { s.opacityMin = 0.95; }},
    };
    for (std::size_t i = 0; i < changes.size(); ++i) QTest::addRow("%zu %s", i, changes[i].field) << changes[i];
  }
  void refusesWhatIsOutOfItsLimits() {
    QFETCH(Change, change);
    PathologySpec spec;
    change.make(spec);
    try {
      validate(spec);
      QFAIL("was accepted");
    } catch (const Error& e) {
      QCOMPARE(e.kind(), ErrorKind::InvalidInput);
      QVERIFY2(QString(e.what()).contains(change.field), e.what());
    }
  }

  // Ids in files are 1 to 7, and the weights' order is that of the kinds.
  void listsEveryKindOnce() {
    const auto kinds = lesionKinds();
    QCOMPARE(kinds.size(), kInfiltrateKinds + 1);
    std::set<std::string_view> keys;
    std::set<std::array<std::uint8_t, 3>> colours;
    for (std::size_t i = 0; i < kinds.size(); ++i) {
      QCOMPARE(static_cast<std::size_t>(kinds[i].kind), i + 1);
      keys.insert(kinds[i].key);
      colours.insert(kinds[i].rgb);
      QVERIFY(!kinds[i].name.empty());
    }
    QCOMPARE(keys.size(), kinds.size());
    QCOMPARE(colours.size(), kinds.size());
    QVERIFY(kinds[1].key == "consolidation" && kinds[6].key == "circle");
  }
};

QTEST_GUILESS_MAIN(TestPathology)
#include "tst_pathology.moc"
