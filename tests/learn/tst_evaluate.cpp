// SPDX-License-Identifier: Apache-2.0
#include <QTemporaryDir>
#include <QtTest>
#include <algorithm>
#include <cmath>
#include <filesystem>
#include <nlohmann/json.hpp>
#include <stop_token>

#include "pipeline/core/error.h"
#include "pipeline/core/label_set.h"
#include "pipeline/learn/evaluate.h"
#include "pipeline/learn/evaluation_table.h"
#include "tests/metrics/mask_shapes.h"

using namespace pulmo;
using test::gridOf;

namespace {

/// Answers with what a function says.
class Oracle final : public Segmenter {
 public:
  using Answer = std::function<LabelVolume(const CtVolume&)>;
  explicit Oracle(Answer answer) : answer_(std::move(answer)) {}
  [[nodiscard]] std::string name() const override { return "oracle"; }
  [[nodiscard]] std::optional<Segmentation> segment(const CtVolume& ct, const StopToken& stop,
                                                    const ProgressSink&) const override {
    LabelVolume labels = answer_(ct);
    if (stop.stop_requested()) return std::nullopt;
    return Segmentation{std::move(labels), {}};
  }

 private:
  Answer answer_;
};

/// Right lung 20 x 30 x 20 voxels of 5 mm, left 16 x 30 x 20.
LabelVolume lungs() {
  LabelVolume mask(gridOf({64, 64, 24}, {5, 5, 5}));
  test::fillBlock(mask, {8, 16, 2}, {27, 45, 21}, kRightLung);
  test::fillBlock(mask, {38, 16, 2}, {53, 45, 21}, kLeftLung);
  return mask;
}

CtVolume scan() {
  const LabelVolume mask = lungs();
  CtVolume ct(mask.grid(), 40);
  for (std::size_t i = 0; i < ct.voxels().size(); ++i)
    if (mask.voxels()[i] != 0) ct.voxels()[i] = -850;
  return ct;
}

struct Store {
  QTemporaryDir dir;
  std::unique_ptr<SliceStore> store;
  Store() {
    const auto folder = std::filesystem::path(dir.path().toStdString()) / "store";
    SliceStoreWriter writer(folder, 64, Overwrite::Refuse);
    const auto add = [&](const std::string& name, bool diseased) {
      StoredCase stored;
      stored.name = stored.patient = name;
      stored.diseased = diseased;
      writer.add(scan(), lungs(), stored);
    };
    add("healthy", false);
    add("sick", true);
    add("other", false);
    writer.finish({Split::Test, Split::Test, Split::Train}, 1);
    store = std::make_unique<SliceStore>(folder);
  }
};

std::vector<EvaluatedCase> evaluated(const SliceStore& store, const Oracle::Answer& answer,
                                     const EvaluationPlan& plan = {}) {
  return evaluate(store, Oracle(answer), plan, {}, {}).cases;
}

bool near(const std::optional<double>& value, double expected) {
  return value && std::abs(*value - expected) < 1e-9;
}

EvaluatedCase made(const std::string& name, double dice, double hd95, std::optional<double> pleura = {}) {
  EvaluatedCase c;
  c.name = name;
  c.metrics.both.dice = dice;
  c.metrics.both.hd95Mm = hd95;
  if (pleura) c.lesions = LesionInclusion{100, 50, 1.0, pleura};
  return c;
}

std::size_t columnOf(std::string_view key) {
  const auto figures = evaluationFigures();
  return static_cast<std::size_t>(
      std::find_if(figures.begin(), figures.end(), [&](const auto& f) { return f.key == key; }) - figures.begin());
}

}  // namespace

class TestEvaluate : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  void aPerfectAnswer() {
    const Store s;
    const auto cases = evaluated(*s.store, [](const CtVolume& ct) {
      LabelVolume answer = lungs();
      answer.setGrid(ct.grid());
      return answer;
    });
    // The healthy case in three conditions, the diseased one as it is, the training case not at all.
    QCOMPARE(cases.size(), std::size_t{4});
    QCOMPARE(std::count_if(cases.begin(), cases.end(), [](const auto& c) { return c.name == "healthy"; }), 3);
    for (const EvaluatedCase& c : cases) {
      QVERIFY2(c.failure.empty(), c.failure.c_str());
      QVERIFY(near(c.metrics.both.dice, 1) && near(c.metrics.right->dice, 1) && near(c.metrics.left->dice, 1));
      QVERIFY(near(c.metrics.both.hd95Mm, 0) && near(c.metrics.both.assdMm, 0));
      QCOMPARE(c.lesions.has_value(), c.condition != Condition::AsIs);
      QCOMPARE(c.diseased, c.name == "sick");
      if (!c.lesions) continue;
      QVERIFY(c.lesions->lesionVoxels > 0);
      QVERIFY(near(c.lesions->overall, 1));
    }
  }
  void oneLungForgotten() {
    const Store s;
    EvaluationPlan plan;
    plan.conditions = {Condition::AsIs};
    const auto cases = evaluated(
        *s.store,
        [](const CtVolume& ct) {
          LabelVolume answer = lungs();
          answer.setGrid(ct.grid());
          for (std::uint8_t& v : answer.voxels()) v = v == kRightLung ? v : std::uint8_t{0};
          return answer;
        },
        plan);
    QCOMPARE(cases.size(), std::size_t{2});
    QVERIFY(near(cases[0].metrics.right->dice, 1));
    QVERIFY(near(cases[0].metrics.left->dice, 0));
    QVERIFY(near(cases[0].metrics.both.dice, 2.0 * 20 / (20 + 36)));  // 20 of 36 columns
    QVERIFY(near(cases[0].metrics.both.sensitivity, 20.0 / 36));
  }
  void aThresholdLosesWhatIsDense() {  // every lesion voxel it keeps is below -600 HU in what it was shown
    const Store s;
    std::vector<std::uint64_t> dense;
    const LabelVolume truth = lungs();
    const auto cases = evaluated(*s.store, [&](const CtVolume& ct) {
      LabelVolume answer(ct.grid());
      std::uint64_t lost = 0;
      for (std::size_t i = 0; i < answer.voxels().size(); ++i) {
        answer.voxels()[i] = ct.voxels()[i] < -600 ? truth.voxels()[i] : std::uint8_t{0};
        lost += truth.voxels()[i] != 0 && answer.voxels()[i] == 0 ? 1 : 0;
        // Nothing outside the lungs may have been drawn upon.
        if (truth.voxels()[i] == 0 && ct.voxels()[i] != 40) lost += 1000000;
      }
      dense.push_back(lost);
      return answer;
    });
    QCOMPARE(dense.size(), cases.size());
    const double all = 20 * 36 * 30;
    for (std::size_t i = 0; i < cases.size(); ++i) {
      QVERIFY(near(cases[i].metrics.both.sensitivity, 1 - static_cast<double>(dense[i]) / all));
      if (cases[i].condition == Condition::AsIs)
        QCOMPARE(dense[i], std::uint64_t{0});
      else
        QVERIFY(dense[i] > 0 && *cases[i].lesions->overall < 1);
      if (cases[i].lesions)  // what was lost is lesion: nothing else is dense
        QVERIFY(near(cases[i].lesions->overall,
                     1 - static_cast<double>(dense[i]) / static_cast<double>(cases[i].lesions->lesionVoxels)));
    }
  }
  void theSeedMakesTheDisease() {
    const Store s;
    const auto shown = [&](std::uint64_t seed) {
      EvaluationPlan plan;
      plan.seed = seed;
      plan.conditions = {Condition::Infiltrates};
      std::vector<std::int16_t> voxels;
      (void)evaluated(
          *s.store,
          [&](const CtVolume& ct) {
            voxels = ct.voxels();
            return lungs();
          },
          plan);
      return voxels;
    };
    QVERIFY(!shown(1).empty());
    QVERIFY(shown(1) == shown(1));
    QVERIFY(shown(1) != shown(2));
  }
  void aFailureDoesNotStopTheRest() {
    const Store s;
    int calls = 0;
    const auto cases = evaluated(*s.store, [&](const CtVolume& ct) {
      if (++calls == 2) throw Error(ErrorKind::InvalidInput, "No lungs were found.");
      LabelVolume answer = lungs();
      answer.setGrid(ct.grid());
      return answer;
    });
    QCOMPARE(cases.size(), std::size_t{4});
    QCOMPARE(cases[1].failure, std::string("No lungs were found."));
    QVERIFY(cases[0].failure.empty() && cases[2].failure.empty() && cases[3].failure.empty());
    QVERIFY(evaluationText(cases, false).find("No lungs were found.") != std::string::npos);
  }
  void stopsAndKeepsWhatIsDone() {
    const Store s;
    std::stop_source source;
    int calls = 0;
    const Oracle oracle([&](const CtVolume& ct) {
      if (++calls == 3) source.request_stop();
      LabelVolume answer = lungs();
      answer.setGrid(ct.grid());
      return answer;
    });
    const Evaluation done = evaluate(*s.store, oracle, {}, source.get_token(), {});
    QCOMPARE(done.cases.size(), std::size_t{2});
    QCOMPARE(calls, 3);
    QCOMPARE(done.scansDone, std::size_t{0});  // the first of two was not through its third condition
    QCOMPARE(done.scansWanted, std::size_t{2});
  }

  void summary() {
    std::vector<EvaluatedCase> cases{made("a", 0.9, 2), made("b", 0.8, 7), made("c", 0, 0)};
    cases[2].failure = "no";
    cases.push_back(made("d", 0.7, 1, 0.6));
    cases.back().condition = Condition::Infiltrates;
    cases.push_back(made("e", 0.5, 1));
    cases.back().diseased = true;
    const auto summaries = summarise(cases);
    QCOMPARE(summaries.size(), std::size_t{3});
    const std::size_t dice = columnOf("lungs_dice"), hd95 = columnOf("lungs_hd95_mm");
    QCOMPARE(summaries[0].cases, 3);
    QCOMPARE(summaries[0].failed, 1);
    // The failed case counts as an empty mask, so that it flatters no mean: (0.9 + 0.8 + 0) / 3.
    QVERIFY(near(summaries[0].mean[dice], 1.7 / 3) && near(summaries[0].worst[dice], 0));
    QVERIFY(!summaries[0].mean[columnOf("right_lung_dice")]);
    QVERIFY(near(summaries[0].mean[hd95], 4.5) && near(summaries[0].worst[hd95], 7));
    QVERIFY(!summaries[0].mean[columnOf("lesion_inclusion")]);
    QVERIFY(summaries[1].diseased && near(summaries[1].mean[dice], 0.5));
    QVERIFY(near(summaries[2].worst[columnOf("lesion_inclusion_near_pleura")], 0.6));
  }
  void allFailed() {
    std::vector<EvaluatedCase> cases(30);
    for (EvaluatedCase& c : cases) c.failure = "no";
    const auto summaries = summarise(cases);
    QVERIFY(near(summaries[0].mean[columnOf("lungs_dice")], 0));
    QVERIFY(!summaries[0].mean[columnOf("lungs_hd95_mm")] && !summaries[0].mean[columnOf("lesion_inclusion")]);
    QVERIFY(evaluationText(cases, false).find("mean of 30 healthy, 30 failed  as_is") != std::string::npos);
  }
  // A mask 30 ml too small is worse than one 10 ml too large.
  void theWorstDifferenceIsTheLargest() {
    std::vector<EvaluatedCase> cases{made("a", 1, 0), made("b", 1, 0)};
    cases[0].metrics.both.volumeDifferenceMl = -30;
    cases[1].metrics.both.volumeDifferenceMl = 10;
    const auto summaries = summarise(cases);
    QVERIFY(near(summaries[0].worst[columnOf("lungs_volume_difference_ml")], -30));
    QVERIFY(near(summaries[0].mean[columnOf("lungs_volume_difference_ml")], -10));
  }
  void saysWhatItIsOf() {
    std::vector<EvaluatedCase> cases{made("a", 0.9, 2.5)};
    cases[0].metrics.both.precision = 0.75;
    const EvaluationFacts facts{{"weights", "a.pth, 7 bytes"}, {"use", "research only"}, {"stopped", ""}};
    const QStringList lines = QString::fromStdString(evaluationCsv(cases, facts)).split('\n');
    QVERIFY(lines[0].endsWith(",seconds,failure,weights,use,stopped"));
    QVERIFY(lines[1].contains(",0.750000,") && lines[1].endsWith(",\"a.pth, 7 bytes\",research only,"));
    const auto json = nlohmann::json::parse(evaluationJson(cases, facts));
    QCOMPARE(json["use"].get<std::string>(), std::string("research only"));
    QCOMPARE(json["cases"][0]["figures"]["lungs_precision"].get<double>(), 0.75);
    QVERIFY(!json.contains("stopped"));
    const std::string text = evaluationText(cases, true, facts);
    QVERIFY(text.find("weights: a.pth, 7 bytes\n") != std::string::npos);
    QVERIFY(text.find("stopped") == std::string::npos && text.find(" Prec ") != std::string::npos);
  }
  void tables() {
    std::vector<EvaluatedCase> cases{made("a, \"b\"", 0.9, 2.5)};
    const std::string csv = evaluationCsv(cases);
    QVERIFY2(csv.find("\n\"a, \"\"b\"\"\",as_is,0,,,0.900000,") != std::string::npos, csv.c_str());
    const QStringList lines = QString::fromStdString(csv).split('\n');
    QCOMPARE(lines.size(), 3);
    QCOMPARE(lines[0].count(','), static_cast<int>(evaluationFigures().size()) + 4);
    QCOMPARE(lines[1].count(',') - 1, lines[0].count(','));  // one comma stands in the quoted name
    const auto json = nlohmann::json::parse(evaluationJson(cases));
    QCOMPARE(json["cases"][0]["figures"]["lungs_dice"].get<double>(), 0.9);
    QVERIFY(json["cases"][0]["figures"]["right_lung_dice"].is_null());
    QCOMPARE(json["overall"][0]["worst"]["lungs_hd95_mm"].get<double>(), 2.5);
    QVERIFY(evaluationText(cases, false).find("Dice R") != std::string::npos);
    QVERIFY(evaluationText(cases, true).find("Dice R") == std::string::npos);
  }
};

QTEST_GUILESS_MAIN(TestEvaluate)
#include "tst_evaluate.moc"
