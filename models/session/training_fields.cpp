// SPDX-License-Identifier: Apache-2.0
#include "models/session/training_fields.h"

#include <QCoreApplication>
#include <QRegularExpression>
#include <algorithm>
#include <cmath>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

QString tr(const char* text) {
  return QCoreApplication::translate("RunField", text);
}

QString text(std::string_view utf8) {
  return QString::fromUtf8(utf8.data(), static_cast<qsizetype>(utf8.size()));
}

/// A field whose values are words, in the order of their enumerators.
template <class Get, class Set>
RunField wordField(const char* key, const char* label, const char* group, QStringList words, std::vector<double> values,
                   Get get, Set set) {
  RunField field;
  field.key = QString::fromLatin1(key);
  field.label = tr(label);
  field.group = tr(group);
  field.low = values.front();
  field.high = values.back();
  field.words = std::move(words);
  field.values = std::move(values);
  field.get = get;
  field.set = set;
  return field;
}

constexpr const char* kNetwork = "Network";
constexpr const char* kOptimizer = "Learning";
constexpr const char* kData = "Data";
constexpr const char* kDisease = "Simulated disease";
constexpr const char* kAugmentation = "Augmentation";
constexpr const char* kMachine = "Machine";

const char* groupOf(std::string_view key) {
  if (key.starts_with("network.")) return kNetwork;
  if (key.starts_with("augmentation.")) return kAugmentation;
  if (key.starts_with("pathology") || key == "circlesShare") return kDisease;
  if (key == "threads" || key == "dataThreads" || key == "checkpointEvery") return kMachine;
  if (key == "slicesPerEpoch" || key == "emptyShare" || key == "diseasedShare") return kData;
  return kOptimizer;
}

template <class Enum, Enum TrainingConfig::*Member>
RunField enumField(const char* key, const char* label, const char* group, const QStringList& words) {
  std::vector<double> values;
  for (int i = 0; i < words.size(); ++i) values.push_back(i);
  return wordField(
      key, label, group, words, values, [](const TrainingConfig& c) { return static_cast<double>(c.*Member); },
      [](TrainingConfig& c, double v) { c.*Member = static_cast<Enum>(std::lround(v)); });
}

std::vector<RunField> makeFields() {
  using C = TrainingConfig;
  std::vector<RunField> all;
  all.push_back(wordField(
      "network.architecture", "Architecture", kNetwork, {"U-Net", "Residual U-Net", "Cascade"}, {0, 1, 2},
      [](const C& c) { return static_cast<double>(c.network.architecture); },
      [](C& c, double v) { c.network.architecture = static_cast<Architecture>(std::lround(v)); }));
  all.push_back(wordField(
      "network.neighbours", "Slices in", kNetwork, {"1", "3", "5"}, {1, 3, 5},
      [](const C& c) { return static_cast<double>(c.network.neighbours); },
      [](C& c, double v) { c.network.neighbours = static_cast<int>(std::lround(v)); }));
  all.push_back(enumField<OptimizerKind, &C::optimizer>("optimizer", "Optimizer", kOptimizer, {"Adam", "AdamW"}));
  all.push_back(enumField<Schedule, &C::schedule>("schedule", "Schedule", kOptimizer, {"Constant", "Poly", "Cosine"}));
  all.push_back(wordField(
      "simulateIntoDiseased", "Ill cases", kDisease, {"as they are", "simulated into, too"}, {0, 1},
      [](const C& c) { return c.simulateIntoDiseased ? 1.0 : 0.0; },
      [](C& c, double v) { c.simulateIntoDiseased = v > 0.5; }));
  all.push_back(wordField(
      "network.denoise", "Noise removal", kNetwork, {"off", "median 3 × 3"}, {0, 1},
      [](const C& c) { return c.network.denoise ? 1.0 : 0.0; }, [](C& c, double v) { c.network.denoise = v > 0.5; }));
  all.push_back(enumField<DeviceChoice, &C::device>("device", "Device", kMachine, {"Auto", "CPU", "GPU"}));
  all.push_back(enumField<Precision, &C::precision>("precision", "Precision", kMachine, {"Auto", "fp32", "bf16"}));
  for (const TrainingField& f : trainingFields()) {
    if (f.key == "network.classes" || f.key == "network.neighbours") continue;  // fixed, and a word above
    RunField field;
    field.key = text(f.key);
    field.label = text(f.label);
    field.unit = text(f.unit);
    field.group = tr(groupOf(f.key));
    field.low = f.low;
    field.high = f.high;
    field.decimals = f.decimals;
    field.get = f.get;
    field.set = f.set;
    all.push_back(std::move(field));
  }
  const QStringList order{tr(kOptimizer), tr(kDisease), tr(kData), tr(kNetwork), tr(kAugmentation), tr(kMachine)};
  std::stable_sort(all.begin(), all.end(), [&](const RunField& a, const RunField& b) {
    return order.indexOf(a.group) < order.indexOf(b.group);
  });
  return all;
}

}  // namespace

QString RunField::text(const TrainingConfig& config) const {
  const double value = get(config);
  for (qsizetype i = 0; i < words.size(); ++i)
    if (std::abs(values[static_cast<std::size_t>(i)] - value) < 1e-9) return words[i];
  return QString::number(value, 'g', 10);
}

const std::vector<RunField>& runFields() {
  static const std::vector<RunField> fields = makeFields();
  return fields;
}

const RunField* findRunField(const QString& key) {
  const auto& all = runFields();
  const auto found = std::find_if(all.begin(), all.end(), [&](const RunField& f) { return f.key == key; });
  return found == all.end() ? nullptr : &*found;
}

std::vector<double> parseValues(const RunField& field, const QString& list) {
  std::vector<double> values;
  const QStringList parts = list.split(QRegularExpression(QStringLiteral("[,;]")), Qt::SkipEmptyParts);
  for (const QString& raw : parts) {
    const QString part = raw.trimmed();
    if (part.isEmpty()) continue;
    if (!field.words.isEmpty()) {
      qsizetype index = 0;
      while (index < field.words.size() && field.words[index].compare(part, Qt::CaseInsensitive) != 0) ++index;
      if (index == field.words.size())
        throw Error(ErrorKind::InvalidInput, tr("“%1” is no value of %2: it is one of %3.")
                                                 .arg(part, field.label, field.words.join(QStringLiteral(", ")))
                                                 .toStdString());
      values.push_back(field.values[static_cast<std::size_t>(index)]);
      continue;
    }
    bool number = false;
    const double value = part.toDouble(&number);
    if (!number || value < field.low || value > field.high)
      throw Error(ErrorKind::InvalidInput,
                  tr("“%1” is no value of %2: it is a number from %3 to %4.")
                      .arg(part, field.label, QString::number(field.low), QString::number(field.high))
                      .toStdString());
    values.push_back(value);
  }
  if (values.empty())
    throw Error(ErrorKind::InvalidInput, tr("Write the values to compare, with commas between them.").toStdString());
  return values;
}

}  // namespace pulmo
