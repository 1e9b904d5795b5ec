// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/training_config.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <type_traits>

#include "pipeline/core/error.h"

namespace pulmo {

namespace {

/// A field at the end of a chain of members.
template <auto First, auto... Rest, class Object>
auto& at(Object& object) {
  if constexpr (sizeof...(Rest) == 0)
    return object.*First;
  else
    return at<Rest...>(object.*First);
}

template <class Number>
void assign(Number& target, double value) {
  if constexpr (std::is_integral_v<Number>)
    target = static_cast<Number>(std::llround(value));
  else
    target = value;
}

template <auto... Path>
constexpr TrainingField field(std::string_view key, std::string_view label, std::string_view unit, double low,
                              double high, int decimals) {
  return {key,
          label,
          unit,
          low,
          high,
          decimals,
          [](const TrainingConfig& c) { return static_cast<double>(at<Path...>(c)); },
          [](TrainingConfig& c, double value) { assign(at<Path...>(c), value); }};
}

template <std::size_t Kind>
constexpr TrainingField weight(std::string_view key, std::string_view label) {
  return {key,
          label,
          "",
          0,
          100,
          2,
          [](const TrainingConfig& c) { return c.pathology.weight[Kind]; },
          [](TrainingConfig& c, double value) { c.pathology.weight[Kind] = value; }};
}

using C = TrainingConfig;
using N = NetworkDescription;
using P = PathologySpec;
using A = AugmentationConfig;

constexpr double kMostSeed = 9007199254740992;  // 2^53: every whole number up to it is exact in a JSON reader's double

const std::array kFields{
    field<&C::network, &N::baseChannels>("network.baseChannels", "Base channels", "", 4, 64, 0),
    field<&C::network, &N::levels>("network.levels", "Levels", "", 3, 6, 0),
    field<&C::network, &N::neighbours>("network.neighbours", "Neighbouring slices", "", 1, 5, 0),
    field<&C::network, &N::classes>("network.classes", "Classes", "", 3, 3, 0),
    field<&C::network, &N::size>("network.size", "Matrix", "px", 64, 512, 0),
    field<&C::network, &N::inputWindow, &WindowHu::width>("network.inputWindowWidthHu", "Input window width", "HU", 100,
                                                          10000, 0),
    field<&C::network, &N::inputWindow, &WindowHu::centre>("network.inputWindowCentreHu", "Input window centre", "HU",
                                                           -3000, 3000, 0),
    field<&C::learningRate>("learningRate", "Learning rate", "", 1e-7, 1, 7),
    field<&C::weightDecay>("weightDecay", "Weight decay", "", 0, 1, 6),
    field<&C::batchSize>("batchSize", "Batch size", "slices", 1, 256, 0),
    field<&C::accumulate>("accumulate", "Batches a step gathers", "", 1, 256, 0),
    field<&C::epochs>("epochs", "Epochs", "", 1, 100000, 0),
    field<&C::slicesPerEpoch>("slicesPerEpoch", "Slices an epoch (0 = all)", "slices", 0, 10000000, 0),
    field<&C::emptyShare>("emptyShare", "Slices without lung kept", "", 0, 1, 2),
    field<&C::seed>("seed", "Seed", "", 0, kMostSeed, 0),
    field<&C::pathologyP>("pathologyP", "Frequency of disease p", "", 0, 1, 2),
    weight<0>("pathology.weight.ground_glass", "Weight of ground-glass"),
    weight<1>("pathology.weight.consolidation", "Weight of consolidation"),
    weight<2>("pathology.weight.reticulation", "Weight of reticulation"),
    weight<3>("pathology.weight.honeycombing", "Weight of honeycombing"),
    weight<4>("pathology.weight.crazy_paving", "Weight of crazy paving"),
    weight<5>("pathology.weight.diffuse", "Weight of diffuse opacity"),
    field<&C::pathology, &P::lesionsMin>("pathology.lesionsMin", "Lesions, least", "", 1, 60, 0),
    field<&C::pathology, &P::lesionsMax>("pathology.lesionsMax", "Lesions, most", "", 1, 60, 0),
    field<&C::pathology, &P::sizeMmMin>("pathology.sizeMmMin", "Lesion size, least", "mm", 4, 200, 0),
    field<&C::pathology, &P::sizeMmMax>("pathology.sizeMmMax", "Lesion size, most", "mm", 4, 200, 0),
    field<&C::pathology, &P::extentPercent>("pathology.extentPercent", "Extent, most", "%", 1, 90, 0),
    field<&C::pathology, &P::densityShiftHu>("pathology.densityShiftHu", "Density shift", "HU", -200, 200, 0),
    field<&C::pathology, &P::pleural>("pathology.pleural", "At the pleura", "", 0, 1, 2),
    field<&C::pathology, &P::basal>("pathology.basal", "Towards the base", "", -1, 1, 2),
    field<&C::pathology, &P::dorsal>("pathology.dorsal", "Towards the back", "", -1, 1, 2),
    field<&C::pathology, &P::circlesMin>("pathology.circlesMin", "Circles a slice, least", "", 1, 60, 0),
    field<&C::pathology, &P::circlesMax>("pathology.circlesMax", "Circles a slice, most", "", 1, 60, 0),
    field<&C::pathology, &P::radiusShareMin>("pathology.radiusShareMin", "Circle radius, least", "", 0.001, 1, 3),
    field<&C::pathology, &P::radiusShareMax>("pathology.radiusShareMax", "Circle radius, most", "", 0.001, 1, 3),
    field<&C::pathology, &P::opacityMin>("pathology.opacityMin", "Circle opacity, least", "", 0, 1, 2),
    field<&C::pathology, &P::opacityMax>("pathology.opacityMax", "Circle opacity, most", "", 0, 1, 2),
    field<&C::circlesShare>("circlesShare", "Share of circles", "", 0, 1, 2),
    field<&C::diseasedShare>("diseasedShare", "Share of diseased cases (0 = as they come)", "", 0, 1, 2),
    field<&C::augmentation, &A::rotationDeg>("augmentation.rotationDeg", "Rotation", "degrees", 0, 180, 0),
    field<&C::augmentation, &A::scale>("augmentation.scale", "Scale", "", 0, 0.5, 2),
    field<&C::augmentation, &A::shiftShare>("augmentation.shiftShare", "Shift", "of the matrix", 0, 0.5, 2),
    field<&C::augmentation, &A::cropShare>("augmentation.cropShare", "Crop", "of a side", 0, 0.5, 2),
    field<&C::augmentation, &A::mirrorProbability>("augmentation.mirrorProbability", "Mirrored", "", 0, 1, 2),
    field<&C::augmentation, &A::flipProbability>("augmentation.flipProbability", "Prone", "", 0, 1, 2),
    field<&C::augmentation, &A::noiseHu>("augmentation.noiseHu", "Noise", "HU", 0, 200, 0),
    field<&C::augmentation, &A::blurSharpen>("augmentation.blurSharpen", "Kernel", "px", 0, 2, 2),
    field<&C::augmentation, &A::contrast>("augmentation.contrast", "Contrast", "", 0, 0.9, 2),
    field<&C::augmentation, &A::brightnessHu>("augmentation.brightnessHu", "Brightness", "HU", 0, 500, 0),
    field<&C::augmentation, &A::gamma>("augmentation.gamma", "Gamma", "", 0, 2, 2),
    field<&C::augmentation, &A::curveProbability>("augmentation.curveProbability", "Intensity curves", "", 0, 1, 2),
    field<&C::augmentation, &A::histogramProbability>("augmentation.histogramProbability", "Histogram matched", "", 0,
                                                      1, 2),
    field<&C::augmentation, &A::equalizeProbability>("augmentation.equalizeProbability", "Equalised", "", 0, 1, 2),
    field<&C::augmentation, &A::domeProbability>("augmentation.domeProbability", "Diaphragm dome", "", 0, 1, 2),
    field<&C::checkpointEvery>("checkpointEvery", "Checkpoint every", "epochs", 1, 1000, 0),
    field<&C::threads>("threads", "Threads of the network (0 = automatic)", "", 0, 256, 0),
    field<&C::dataThreads>("dataThreads", "Threads that make data", "", 1, 64, 0),
};

std::string number(double value) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "%.10g", value);
  return text.data();
}

}  // namespace

std::span<const TrainingField> trainingFields() {
  return kFields;
}

void validate(const TrainingConfig& config) {
  for (const TrainingField& f : kFields) {
    const double value = f.get(config);
    if (!(value >= f.low && value <= f.high))
      throw Error(ErrorKind::InvalidInput, std::string(f.key) + " is " + number(value) + ": it must lie between " +
                                               number(f.low) + " and " + number(f.high) + ".");
  }
  validate(config.network);
  try {
    validate(config.pathology);
  } catch (const Error& e) {
    throw Error(e.kind(), std::string("pathology: ") + e.what(), e.detail());
  }
}

}  // namespace pulmo
