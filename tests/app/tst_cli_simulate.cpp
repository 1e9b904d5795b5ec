// SPDX-License-Identifier: Apache-2.0
#include <QProcess>
#include <QTemporaryDir>
#include <QtTest>
#include <array>
#include <cmath>
#include <nlohmann/json.hpp>
#include <vector>

#include "tests/app/pulmo_program.h"

using pulmo::test::Answer;
using pulmo::test::pulmo_;

namespace {

/// The voxels' bytes of an .mha, packed or not: which of them the program writes depends on the build.
std::vector<std::uint8_t> bytesOf(const QString& path) {
  QFile file(path);
  if (!file.open(QIODevice::ReadOnly)) return {};
  const QByteArray all = file.readAll(), mark = "ElementDataFile = LOCAL\n";
  const qsizetype data = all.indexOf(mark) + mark.size();
  QByteArray bytes = all.mid(data);
  if (all.left(data).contains("CompressedData = True")) bytes = qUncompress(QByteArray("\0\x20\0\0", 4) + bytes);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

class TestCliSimulate : public QObject {
  Q_OBJECT
  QTemporaryDir dir_;
  QString ct_, lungs_;

  QStringList with(const char* out, const QStringList& more) const {
    return QStringList{"simulate", ct_, "--mask", lungs_, "-o", dir_.filePath(out)} + more;
  }

 private Q_SLOTS:
  void initTestCase() {
    ct_ = dir_.filePath("ct.mha");
    lungs_ = dir_.filePath("lungs.mha");
    const Answer a = pulmo_({"phantom", "-o", ct_, "--mask", lungs_, "--seed", "3", "--size", "96", "96", "60"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
  }
  // Every figure that it prints, counted anew from the files that it wrote.
  void writesWhatItSays() {
    const Answer a = pulmo_(with("sick.mha", {"--lesions", dir_.filePath("lesions.mha"), "--preset", "covid-severe",
                                              "--sides", "right", "--seed", "5", "--json"}));
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    const auto told = a.json();
    const auto lungs = bytesOf(lungs_), lesions = bytesOf(dir_.filePath("lesions.mha"));
    QCOMPARE(lungs.size(), std::size_t{96 * 96 * 60});
    QCOMPARE(lesions.size(), lungs.size());
    const auto before = bytesOf(ct_), after = bytesOf(dir_.filePath("sick.mha"));
    QCOMPARE(after.size(), 2 * lungs.size());
    std::array<std::uint64_t, 8> counts{};
    double lung = 0, drawn = 0;
    for (std::size_t i = 0; i < lungs.size(); ++i) {
      ++counts[lesions[i]];
      lung += lungs[i] != 0;
      drawn += lesions[i] != 0;
      const bool changed = before[2 * i] != after[2 * i] || before[2 * i + 1] != after[2 * i + 1];
      QCOMPARE(changed, lesions[i] != 0);
      if (lesions[i] != 0) QCOMPARE(lungs[i], std::uint8_t{1});
    }
    QVERIFY(drawn > 0);
    QVERIFY(std::abs(told["extent_percent"].get<double>() - 100 * drawn / lung) < 1e-6);
    std::uint64_t named = 0;
    for (const auto& [key, kind] : told["kinds"].items()) {
      QCOMPARE(kind["voxels"].get<std::uint64_t>(), counts[kind["value"].get<std::size_t>()]);
      named += kind["voxels"].get<std::uint64_t>();
    }
    QCOMPARE(static_cast<double>(named), drawn);
    QCOMPARE(told["seed"].get<int>(), 5);
    QCOMPARE(told["spec"]["sides"].get<std::string>(), std::string("right"));
    QVERIFY(told["spec"]["size_mm"][0].get<double>() > 12);  // the preset's, not the default

    // What it printed makes the same scan again.
    QFile spec(dir_.filePath("spec.json"));
    QVERIFY(spec.open(QIODevice::WriteOnly));
    spec.write(told["spec"].dump().c_str());
    spec.close();
    const Answer again = pulmo_(with("again.mha", {"--spec", spec.fileName(), "--seed", "5"}));
    QVERIFY2(again.exitCode == 0, qPrintable(again.err));
    QVERIFY(bytesOf(dir_.filePath("again.mha")) == after);
  }
  void takesEachControl() {
    const auto specOf = [&](const char* out, const QStringList& more) {
      const Answer a = pulmo_(with(out, more + QStringList{"--json"}));
      if (a.exitCode != 0) qWarning("%s", qPrintable(a.err));
      return a.exitCode == 0 ? a.json()["spec"] : nlohmann::json();
    };
    auto spec = specOf("all.mha", {"--weight",   "consolidation=2",
                                   "--weight",   "diffuse=0.5",
                                   "--count",    "2",
                                   "3",          "--size",
                                   "20",         "30",
                                   "--extent",   "12",
                                   "--density",  "-20",
                                   "--pleural",  "0.2",
                                   "--basal",    "-0.4",
                                   "--dorsal",   "0.6",
                                   "--sides",    "left",
                                   "--close-rim"});
    auto expected = nlohmann::json::parse(R"({"mode": "infiltrates", "lesions": [2, 3], "size_mm": [20, 30],
      "extent_percent": 12, "density_shift_hu": -20, "pleural": 0.2, "basal": -0.4, "dorsal": 0.6, "sides": "left",
      "circles": [7, 9], "radius_share": [0.05, 0.25], "opacity": [0.2, 0.9], "spill": false, "close_rim": true,
      "weight": {"ground_glass": 0, "consolidation": 2, "reticulation": 0, "honeycombing": 0, "crazy_paving": 0,
      "diffuse": 0.5}})");
    QVERIFY2(spec == expected, spec.dump().c_str());
    spec = specOf("circles.mha", {"--mode", "circles", "--circles", "4", "5", "--radius", "0.1", "0.2", "--opacity",
                                  "0.3", "0.4", "--spill"});
    expected = nlohmann::json::parse(R"({"mode": "circles", "circles": [4, 5], "radius_share": [0.1, 0.2],
      "opacity": [0.3, 0.4], "spill": true})");
    for (const auto& [key, value] : expected.items()) QVERIFY2(spec[key] == value, spec.dump().c_str());
  }
  void refuses_data() {
    QTest::addColumn<QStringList>("more");
    QTest::addColumn<int>("exitCode");
    QTest::addColumn<QString>("says");
    QTest::addRow("a size") << QStringList{"--size", "5", "500"} << 2 << "size_mm_max";
    QTest::addRow("an extent") << QStringList{"--extent", "95"} << 2 << "extent_percent";
    QTest::addRow("an extent of circles") << QStringList{"--mode", "circles", "--extent", "5"} << 2 << "--extent";
    QTest::addRow("a rim of circles") << QStringList{"--mode", "circles", "--close-rim"} << 2 << "--close-rim";
    QTest::addRow("spilling infiltrates") << QStringList{"--spill"} << 2 << "--spill belongs to --mode circles";
    QTest::addRow("circles of a preset") << QStringList{"--preset", "covid-mild", "--radius", "0.1", "0.2"} << 2
                                         << "--radius";
    QTest::addRow("an ending") << QStringList{"-o", "never.foo"} << 2 << "never.foo";
    QTest::addRow("a kind") << QStringList{"--weight", "glass=1"} << 2 << "ground_glass";
    QTest::addRow("a weight") << QStringList{"--weight", "diffuse=much"} << 2 << "diffuse=much";
    QTest::addRow("a preset") << QStringList{"--preset", "none"} << 2 << "covid-mild";
    QTest::addRow("a mode") << QStringList{"--mode", "squares"} << 2 << "squares";
    QTest::addRow("its scan") << QStringList{"-o", "@ct@"} << 2 << "ct.mha";
  }
  void refuses() {
    QFETCH(QStringList, more);
    QFETCH(int, exitCode);
    QFETCH(QString, says);
    QStringList arguments{"simulate", ct_, "--mask", lungs_};
    if (!more.contains("-o")) arguments << "-o" << dir_.filePath("never.mha");
    const Answer a = pulmo_(arguments + more.replaceInStrings("@ct@", ct_));
    QCOMPARE(a.exitCode, exitCode);
    QVERIFY2(a.err.contains(says), qPrintable(a.err));
    QVERIFY(!QFile::exists(dir_.filePath("never.mha")));
  }
  void refusesAMaskOfAnotherScan() {
    const QString other = dir_.filePath("other.mha");
    QCOMPARE(pulmo_({"phantom", "-o", dir_.filePath("o.mha"), "--mask", other, "--size", "64", "64", "60"}).exitCode,
             0);
    const Answer a = pulmo_({"simulate", ct_, "--mask", other, "-o", dir_.filePath("never.mha")});
    QCOMPARE(a.exitCode, 3);
    QVERIFY2(a.err.contains("96") && a.err.contains("64"), qPrintable(a.err));
  }
  void listsItsPresets() {
    const Answer a = pulmo_({"simulate", "--list-presets", "--json"});
    QVERIFY2(a.exitCode == 0, qPrintable(a.err));
    QCOMPARE(a.json()["presets"].size(), std::size_t{7});
  }
};

QTEST_GUILESS_MAIN(TestCliSimulate)
#include "tst_cli_simulate.moc"
