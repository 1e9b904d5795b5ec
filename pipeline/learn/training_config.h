// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "pipeline/learn/network_description.h"
#include "pipeline/simulate/pathology.h"

namespace pulmo {

enum class OptimizerKind : std::uint8_t { Adam, AdamW };
/// Over a run's optimizer steps; each rises from 0 over the first 3 % of them (at most 200), since AdamW's first steps
/// at a rate of 0.01 would throw a fresh network far away.
enum class Schedule : std::uint8_t { Constant, Poly /* (1 - t)^0.9 */, Cosine };
enum class Precision : std::uint8_t { Auto, Float32, BFloat16 };  ///< Auto: bf16 where the processor or GPU has it
enum class DeviceChoice : std::uint8_t { Auto, Cpu, Cuda };

/// What happens to a training slice besides disease. Ranges are symmetric where one number stands. 0 = off.
struct AugmentationConfig {
  double rotationDeg = 15;   ///< up to, either way; 0 .. 180
  double scale = 0.2;        ///< up to 1 +- this; 0 .. 0.5
  double shiftShare = 0.08;  ///< of the matrix, either way; 0 .. 0.5
  double cropShare = 0.15;   ///< up to this share of a side cut off (the rest becomes the padding value); 0 .. 0.5
  double mirrorProbability = 0.1;     ///< left-right, labels swapped; 0 .. 1
  double flipProbability = 0.1;       ///< front-back (prone), labels kept; 0 .. 1
  double noiseHu = 40;                ///< SD up to; 0 .. 200
  double blurSharpen = 0.6;           ///< kernel: smooth (up to this many pixels SD) or sharpened; 0 .. 2
  double contrast = 0.25;             ///< slope of HU 1 +- this; 0 .. 0.9
  double brightnessHu = 60;           ///< offset, either way; 0 .. 500
  double gamma = 0.4;                 ///< exponent 2^(+- this) within the window; 0 .. 2
  double curveProbability = 0.3;      ///< a random monotone intensity curve; 0 .. 1
  double histogramProbability = 0.1;  ///< histogram matched to another training slice's; 0 .. 1
  double equalizeProbability = 0.1;   ///< contrast-limited equalisation; 0 .. 1
  double domeProbability = 0.3;       ///< a dome of the diaphragm drawn into a basal slice; 0 .. 1
  friend bool operator==(const AugmentationConfig&, const AugmentationConfig&) = default;
};

/// Every hyper-parameter of a run, with the source document's defaults. The limits are in trainingFields().
struct TrainingConfig {
  NetworkDescription network;
  OptimizerKind optimizer = OptimizerKind::AdamW;
  double learningRate = 0.01;
  double weightDecay = 0.01;  ///< AdamW only
  Schedule schedule = Schedule::Constant;
  int batchSize = 4;
  int accumulate = 8;  ///< batches an optimizer step gathers: effective batch 32
  int epochs = 40;
  int slicesPerEpoch = 0;   ///< 0 = every training slice once
  double emptyShare = 0.1;  ///< of slices without lung that are kept, 0 .. 1
  std::uint64_t seed = 1;

  double pathologyP = 0.8;  ///< chance that a training slice gets disease, 0 .. 1
  PathologySpec pathology;
  double circlesShare = 0;   ///< of the diseased slices that get mode Circles instead, 0 .. 1
  double diseasedShare = 0;  ///< of the slices drawn from cases tagged diseased; 0 = as they come
  bool simulateIntoDiseased = false;
  AugmentationConfig augmentation;

  int checkpointEvery = 1;  ///< epochs
  DeviceChoice device = DeviceChoice::Auto;
  Precision precision = Precision::Auto;
  int threads = 0;  ///< of the network, 0 = all but those that make data, two at least
  int dataThreads = 1;

  friend bool operator==(const TrainingConfig&, const TrainingConfig&) = default;
};

/// @throws Error{InvalidInput} naming the first field that is out of its limits, with the limits
void validate(const TrainingConfig& config);

/// JSON text, every field by name. Reading: an unknown field, a wrong type or a value out of its limits is an
/// Error{InvalidInput} that names it. A missing field is one that an older version did not have, and gets the value by
/// which a run does what it did then: its default, or off where the default is more than that.
[[nodiscard]] std::string toJson(const TrainingConfig& config);
[[nodiscard]] TrainingConfig trainingConfigFromJson(const std::string& text);

/// The key of the first field that differs; "" for equal ones.
[[nodiscard]] std::string firstDifference(const TrainingConfig& a, const TrainingConfig& b);

/// A numeric field for panels, sweeps and the command line: one list of names, limits and units.
struct TrainingField {
  std::string_view key;    ///< as in JSON, dotted: "augmentation.rotationDeg"
  std::string_view label;  ///< for people
  std::string_view unit;   ///< "" if none
  double low, high;
  int decimals;  ///< 0 = a whole number
  double (*get)(const TrainingConfig&);
  void (*set)(TrainingConfig&, double);
};
[[nodiscard]] std::span<const TrainingField> trainingFields();

}  // namespace pulmo
