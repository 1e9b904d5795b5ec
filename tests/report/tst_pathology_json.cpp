// SPDX-License-Identifier: Apache-2.0
#include "pipeline/report/pathology_json.h"

#include <QtTest>
#include <filesystem>
#include <fstream>

#include "pipeline/core/error.h"

using namespace pulmo;

namespace {

void write(const QTemporaryDir& folder, const char* name, const std::string& text) {
  std::ofstream(std::filesystem::path(folder.path().toStdString()) / name) << text;
}

}  // namespace

class TestPathologyJson : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Every field differs from its default, so that one which is left out shows.
  void comesBackExactly() {
    PathologySpec s;
    s.mode = PathologyMode::Circles;
    s.weight = {0.1, 0.2, 0.30000000000000004, 4, 5, 1.0 / 3};
    s.lesionsMin = 4, s.lesionsMax = 5;
    s.sizeMmMin = 6.25, s.sizeMmMax = 77.7;
    s.extentPercent = 33.3;
    s.densityShiftHu = -12.5;
    s.pleural = 0.123;
    s.basal = -0.456;
    s.dorsal = -0.789;
    s.sides = LesionSides::Either;
    s.closeRim = true;
    s.circlesMin = 2, s.circlesMax = 3;
    s.radiusShareMin = 0.01, s.radiusShareMax = 0.02;
    s.opacityMin = 0.03, s.opacityMax = 0.04;
    s.spill = true;
    QVERIFY(pathologySpecFromJson(toJson(s), "text") == s);
    QVERIFY(pathologySpecFromJson(toJson(PathologySpec{}), "text") == PathologySpec{});
  }
  void keepsDefaultsForWhatIsAbsent() {
    PathologySpec expected;
    expected.weight = {0, 0, 0, 2, 0, 0};
    expected.sizeMmMin = 5, expected.sizeMmMax = 6.5;
    QVERIFY(pathologySpecFromJson(R"({"weight": {"honeycombing": 2}, "size_mm": [5, 6.5]})", "text") == expected);
  }
  void refusesAndNamesTheField_data() {
    QTest::addColumn<QByteArray>("json");
    QTest::addColumn<QString>("names");
    QTest::addRow("no JSON") << QByteArray("{") << "JSON";
    QTest::addRow("no object") << QByteArray("[1]") << "object";
    QTest::addRow("unknown") << QByteArray(R"({"bassal": 1})") << "bassal";
    QTest::addRow("unknown kind") << QByteArray(R"({"weight": {"glass": 1}})") << "glass";
    QTest::addRow("text for a number") << QByteArray(R"({"basal": "1"})") << "basal";
    QTest::addRow("null") << QByteArray(R"({"basal": null})") << "basal";
    QTest::addRow("one for a range") << QByteArray(R"({"lesions": [3]})") << "lesions";
    QTest::addRow("half a lesion") << QByteArray(R"({"lesions": [3, 4.5]})") << "lesions";
    QTest::addRow("far too many") << QByteArray(R"({"lesions": [3, 99999999999]})") << "lesions";
    QTest::addRow("side") << QByteArray(R"({"sides": "top"})") << "sides";
    QTest::addRow("out of limits") << QByteArray(R"({"extent_percent": 99})") << "extent_percent";
    QTest::addRow("flag") << QByteArray(R"({"spill": 1})") << "spill";
  }
  void refusesAndNamesTheField() {
    QFETCH(QByteArray, json);
    QFETCH(QString, names);
    try {
      (void)pathologySpecFromJson(json.toStdString(), "mine.json");
      QFAIL("was accepted");
    } catch (const Error& e) {
      QCOMPARE(e.kind(), ErrorKind::InvalidInput);
      QVERIFY2(QString(e.what()).contains("mine.json") && QString(e.what()).contains(names), e.what());
    }
  }

  void loadsAFolderByKey() {
    QTemporaryDir folder;
    write(folder, "b.json", R"({"name": "B", "description": "second", "spec": {"basal": 0.5}})");
    write(folder, "a.json", R"({"name": "A", "description": "first", "spec": {"mode": "circles"}})");
    write(folder, "readme.txt", "no preset");
    const auto presets = loadPathologyPresets(folder.path().toStdString());
    QCOMPARE(presets.size(), std::size_t{2});
    QVERIFY(presets[0].key == "a" && presets[0].name == "A" && presets[0].description == "first");
    QVERIFY(presets[0].spec.mode == PathologyMode::Circles);
    QVERIFY(presets[1].key == "b" && presets[1].spec.basal == 0.5);
  }
  void namesTheFileThatIsNoPreset() {
    QTemporaryDir folder;
    write(folder, "odd.json", R"({"name": "Odd", "spec": {}})");
    try {
      (void)loadPathologyPresets(folder.path().toStdString());
      QFAIL("was accepted");
    } catch (const Error& e) {
      QVERIFY2(QString(e.what()).contains("odd.json") && QString(e.what()).contains("description"), e.what());
    }
    try {
      (void)loadPathologyPresets(folder.filePath("none").toStdString());
      QFAIL("was accepted");
    } catch (const Error& e) {
      QCOMPARE(e.kind(), ErrorKind::Io);
    }
  }
  // From build/<preset>/bin, where programs lie in the source tree.
  void shipsPresetsThatCanBeUsed() {
    const auto folder = findPathologyPresets(QCoreApplication::applicationDirPath().toStdString());
    QVERIFY(!folder.empty());
    const auto presets = loadPathologyPresets(folder);
    QStringList keys;
    for (const auto& p : presets) {
      keys << QString::fromStdString(p.key);
      QVERIFY(!p.name.empty() && !p.description.empty());
    }
    for (const char* key :
         {"ards", "circles", "consolidation", "covid-mild", "covid-severe", "fibrosis", "training-mix"})
      QVERIFY2(keys.contains(key), key);
    QVERIFY(findPathologyPresets("/").empty());
  }
};

QTEST_GUILESS_MAIN(TestPathologyJson)
#include "tst_pathology_json.moc"
