// SPDX-License-Identifier: Apache-2.0
#include <QtTest>
#include <limits>
#include <nlohmann/json.hpp>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/learn/training_config.h"

namespace {

std::string messageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const pulmo::Error& e) {
    return e.kind() == pulmo::ErrorKind::InvalidInput ? e.what() : "another kind of error";
  }
  return {};
}

/// Calls f with each value that a configuration holds.
template <class F>
void eachValue(pulmo::TrainingConfig& config, const F& f) {
  const auto each = [&](auto&... values) { (f(values), ...); };
  auto& [network, optimizer, learningRate, weightDecay, schedule, batchSize, accumulate, epochs, slicesPerEpoch,
         emptyShare, seed, pathologyP, pathology, circlesShare, diseasedShare, simulateIntoDiseased, augmentation,
         checkpointEvery, device, precision, threads, dataThreads] = config;
  each(optimizer, learningRate, weightDecay, schedule, batchSize, accumulate, epochs, slicesPerEpoch, emptyShare, seed,
       pathologyP, circlesShare, diseasedShare, simulateIntoDiseased, checkpointEvery, device, precision, threads,
       dataThreads);
  auto& [architecture, baseChannels, levels, neighbours, classes, size, inputWindow, denoise] = network;
  each(architecture, baseChannels, levels, neighbours, classes, size, denoise);
  auto& [width, centre] = inputWindow;
  each(width, centre);
  auto& [mode, weight, lesionsMin, lesionsMax, sizeMmMin, sizeMmMax, extentPercent, densityShiftHu, pleural, basal,
         dorsal, sides, closeRim, circlesMin, circlesMax, radiusShareMin, radiusShareMax, opacityMin, opacityMax,
         spill] = pathology;
  each(mode, lesionsMin, lesionsMax, sizeMmMin, sizeMmMax, extentPercent, densityShiftHu, pleural, basal, dorsal, sides,
       closeRim, circlesMin, circlesMax, radiusShareMin, radiusShareMax, opacityMin, opacityMax, spill);
  for (double& kind : weight) f(kind);
  auto& [rotationDeg, scale, shiftShare, cropShare, mirrorProbability, flipProbability, noiseHu, blurSharpen, contrast,
         brightnessHu, gamma, curveProbability, histogramProbability, equalizeProbability, domeProbability] =
      augmentation;
  each(rotationDeg, scale, shiftShare, cropShare, mirrorProbability, flipProbability, noiseHu, blurSharpen, contrast,
       brightnessHu, gamma, curveProbability, histogramProbability, equalizeProbability, domeProbability);
}

template <class T>
std::vector<T> othersOf(T value) {
  if constexpr (std::is_same_v<T, bool>)
    return {!value};
  else if constexpr (std::is_enum_v<T>)
    return {T(1), T(0)};
  else
    return {T(value + 1), T(value + 2), T(value - 1), T(value * 2), T(value / 2)};
}

/// Puts another value, one that is allowed, in the place of the value with that number. @return false: there is none
bool changeValue(pulmo::TrainingConfig& config, int number) {
  bool done = false;
  int at = 0;
  eachValue(config, [&](auto& value) {
    if (at++ != number) return;
    const auto before = value;
    for (const auto other : othersOf(before)) {
      value = other;
      if (other != before && messageOf([&] { pulmo::validate(config); }).empty()) {
        done = true;
        return;
      }
    }
    value = before;
  });
  return done;
}

}  // namespace

class TestTrainingConfig : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // The published values: AdamW, 0.01, batches of 4 gathered eightfold, 40 epochs, p = 0.8.
  void startsFromThePublishedValues() {
    const pulmo::TrainingConfig config;
    QCOMPARE(config.learningRate, 0.01);
    QCOMPARE(config.batchSize * config.accumulate, 32);
    QCOMPARE(config.epochs, 40);
    QCOMPARE(config.pathologyP, 0.8);
    pulmo::validate(config);
  }

  void everyNumberSurvivesJson() {
    for (const pulmo::TrainingField& f : pulmo::trainingFields()) {
      pulmo::TrainingConfig config;
      for (const double value : {f.low, f.high}) {
        // Pairs of least and most are moved together, and some combinations are no network.
        const std::string key(f.key);
        f.set(config, value);
        if (key.find("Min") != std::string::npos || key.find("Max") != std::string::npos) continue;
        if (key == "network.size" || key.starts_with("pathology.weight")) continue;
        QCOMPARE(f.get(config), value);
        const pulmo::TrainingConfig again = pulmo::trainingConfigFromJson(pulmo::toJson(config));
        QVERIFY2(again == config, key.c_str());
      }
    }
  }

  void everyWordAndSwitchSurvivesJson() {
    pulmo::TrainingConfig config;
    config.network.architecture = pulmo::Architecture::Cascade;
    config.optimizer = pulmo::OptimizerKind::Adam;
    config.schedule = pulmo::Schedule::Poly;
    config.precision = pulmo::Precision::BFloat16;
    config.device = pulmo::DeviceChoice::Cpu;
    config.pathology.mode = pulmo::PathologyMode::Circles;
    config.pathology.sides = pulmo::LesionSides::Either;
    config.pathology.spill = config.simulateIntoDiseased = config.network.denoise = true;
    config.learningRate = 1.0 / 3;  // no short decimal: every digit must survive
    config.seed = 9007199254740991;
    QVERIFY(pulmo::trainingConfigFromJson(pulmo::toJson(config)) == config);
  }

  void refusesAndNamesTheField_data() {
    QTest::addColumn<QString>("pointer");
    QTest::addColumn<QString>("value");
    QTest::addColumn<QString>("named");
    QTest::newRow("beyond") << "/pathologyP"
                            << "1.5"
                            << "pathologyP";
    QTest::newRow("below") << "/augmentation/noiseHu"
                           << "-1"
                           << "augmentation.noiseHu";
    QTest::newRow("huge") << "/batchSize"
                          << "1e300"
                          << "batchSize";
    QTest::newRow("not whole") << "/batchSize"
                               << "2.5"
                               << "batchSize";
    QTest::newRow("a text") << "/learningRate"
                            << "\"fast\""
                            << "learningRate";
    QTest::newRow("null") << "/epochs"
                          << "null"
                          << "epochs";
    QTest::newRow("no such word") << "/optimizer"
                                  << "\"sgd\""
                                  << "optimizer";
    QTest::newRow("number for a word") << "/network/architecture"
                                       << "1"
                                       << "network.architecture";
    QTest::newRow("number for a switch") << "/network/denoise"
                                         << "1"
                                         << "network.denoise";
    QTest::newRow("two neighbours") << "/network/neighbours"
                                    << "2"
                                    << "network.neighbours";
    QTest::newRow("odd size") << "/network/size"
                              << "300"
                              << "network.size";
    QTest::newRow("unknown") << "/learningrate"
                             << "0.1"
                             << "learningrate";
    QTest::newRow("unknown, nested") << "/augmentation/twist"
                                     << "1"
                                     << "augmentation.twist";
    QTest::newRow("lesions swapped") << "/pathology/lesionsMin"
                                     << "50"
                                     << "lesions_m";
  }
  void refusesAndNamesTheField() {
    QFETCH(QString, pointer);
    QFETCH(QString, value);
    QFETCH(QString, named);
    auto json = nlohmann::json::parse(pulmo::toJson({}));
    json[nlohmann::json::json_pointer(pointer.toStdString())] = nlohmann::json::parse(value.toStdString());
    const std::string message = messageOf([&] { (void)pulmo::trainingConfigFromJson(json.dump()); });
    QVERIFY2(message.find(named.toStdString()) != std::string::npos, message.c_str());
  }

  // A run of an older version has fewer fields: it goes on as it began, so what was not there yet is off.
  void aMissingFieldIsAsItWasBefore() {
    const auto flat = nlohmann::json::parse(pulmo::toJson({})).flatten();
    for (const auto& [path, value] : flat.items()) {
      auto fewer = flat;
      fewer.erase(path);
      pulmo::TrainingConfig expected;
      if (path == "/augmentation/domeProbability") expected.augmentation.domeProbability = 0;
      QVERIFY2(pulmo::trainingConfigFromJson(fewer.unflatten().dump()) == expected, path.c_str());
    }
    QVERIFY(pulmo::trainingConfigFromJson("{\"epochs\": 3, \"pathology\": {}}").epochs == 3);
  }

  // Every member in turn has another value than its default. A new member does not compile here (the bindings count
  // them), and one that the JSON forgets fails.
  void everyMemberSurvivesJson() {
    pulmo::TrainingConfig plain;
    int values = 0, same = 0;
    eachValue(plain, [&](const auto&) { ++values; });
    for (int i = 0; i < values; ++i) {
      pulmo::TrainingConfig config;
      if (!changeValue(config, i)) {
        ++same;
        continue;
      }
      QVERIFY(!(config == plain));
      QVERIFY2(pulmo::trainingConfigFromJson(pulmo::toJson(config)) == config, std::to_string(i).c_str());
    }
    QCOMPARE(same, 1);  // the number of classes is always three
  }

  void refusesWhatIsNoJson() {
    for (const char* text : {"", "{", "[]", "7", "{\"epochs\": 1e999}"})
      QVERIFY(!messageOf([&] { (void)pulmo::trainingConfigFromJson(text); }).empty());
  }

  void namesFieldsOnce() {
    std::set<std::string_view> keys;
    for (const pulmo::TrainingField& f : pulmo::trainingFields()) {
      QVERIFY(keys.insert(f.key).second);
      QVERIFY(f.low <= f.high && !f.label.empty());
    }
    pulmo::TrainingConfig config;
    config.learningRate = std::numeric_limits<double>::quiet_NaN();
    QVERIFY(messageOf([&] { pulmo::validate(config); }).starts_with("learningRate"));
  }
};

QTEST_GUILESS_MAIN(TestTrainingConfig)
#include "tst_training_config.moc"
