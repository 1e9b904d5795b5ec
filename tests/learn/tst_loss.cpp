// SPDX-License-Identifier: Apache-2.0
#include <torch/utils.h>

#include <QtTest>
#include <cmath>

#include "pipeline/core/random.h"
#include "pipeline/learn/loss_torch.h"
#include "pipeline/learn/optimizer_torch.h"

namespace {

using torch::Tensor;

/// Two pixels side by side, [1, 3, 1, 2]: right lung with 0.7 on the first, background with 0.5 on the second.
Tensor twoPixels() {
  return torch::tensor({0.2F, 0.5F, 0.7F, 0.2F, 0.1F, 0.3F}).log().view({1, 3, 1, 2});
}
Tensor labelsOf(std::int64_t first, std::int64_t second) {
  return torch::tensor({first, second}).view({1, 1, 2});
}

double valueOf(const Tensor& scalar) {
  return scalar.item<double>();
}

void near(double actual, double expected, double tolerance = 2e-6) {
  QVERIFY2(std::abs(actual - expected) <= tolerance, qPrintable(QString("%1, not %2").arg(actual).arg(expected)));
}

Tensor randomLogits(const std::vector<std::int64_t>& shape) {
  std::int64_t count = 1;
  for (const std::int64_t side : shape) count *= side;
  pulmo::Random random(7);
  std::vector<float> values(static_cast<std::size_t>(count));
  for (float& value : values) value = static_cast<float>(random.normal());
  return torch::from_blob(values.data(), shape, torch::kFloat32).clone();
}

}  // namespace

class TestLoss : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Right: I = 0.7, P = 0.7 + 0.2, G = 1: (2 x 0.7 + 1) / (1.9 + 1) = 0.8275862
  // Left:  I = 0.3, P = 0.1 + 0.3, G = 1: (2 x 0.3 + 1) / (1.4 + 1) = 0.6666667
  // Dice loss = 1 - 0.7471264 = 0.2528736;  CE = -(ln 0.7 + ln 0.3) / 2 = 0.7803239
  void equalsHandValues() {
    const pulmo::LossParts parts = pulmo::segmentationLoss(twoPixels(), labelsOf(1, 2));
    near(valueOf(parts.diceLoss), 0.2528736);
    near(valueOf(parts.crossEntropy), 0.7803239);
    near(valueOf(parts.total), 1.0331975);
  }

  // No left lung: right alone, 1 - 0.8275862; CE = -(ln 0.7 + ln 0.5) / 2 = 0.5249111. No lung: CE alone.
  void leavesOutALungThatIsNotThere() {
    const pulmo::LossParts right = pulmo::segmentationLoss(twoPixels(), labelsOf(1, 0));
    near(valueOf(right.diceLoss), 0.1724138);
    near(valueOf(right.crossEntropy), 0.5249111);
    const pulmo::LossParts none = pulmo::segmentationLoss(twoPixels(), labelsOf(0, 0));
    near(valueOf(none.diceLoss), 0);
    near(valueOf(none.total), -(std::log(0.2) + std::log(0.5)) / 2);
  }

  // First pixel a lung of either side: its target is 0.7 / 0.8 right and 0.1 / 0.8 left.
  // Right: (2 x 0.6125 + 1) / (0.9 + 0.875 + 1) = 0.8018018; left: (2 x 0.0125 + 1) / (0.4 + 0.125 + 1) = 0.6721311
  // CE = -(ln (0.7 + 0.1) + ln 0.5) / 2 = 0.4581454
  void takesLungsOfEitherSide() {
    const pulmo::LossParts parts = pulmo::segmentationLoss(twoPixels(), labelsOf(3, 0));
    near(valueOf(parts.diceLoss), 1 - (0.8018018 + 0.6721311) / 2);
    near(valueOf(parts.crossEntropy), 0.4581454);
  }

  void isZeroWhereAllIsRight() {
    const Tensor logits = torch::tensor({-60.F, 60.F, 60.F, -60.F, -60.F, -60.F}).view({1, 3, 1, 2});
    near(valueOf(pulmo::segmentationLoss(logits, labelsOf(1, 0)).total), 0);
    const Tensor empty = torch::tensor({60.F, 60.F, -60.F, -60.F, -60.F, -60.F}).view({1, 3, 1, 2});
    near(valueOf(pulmo::segmentationLoss(empty, labelsOf(0, 0)).total), 0);
  }

  // bfloat16 has 8 bits: a loss computed in it could not tell 0.001 from 0.
  void isComputedInFloat32() {
    const Tensor logits = torch::tensor({0.F, 0.F, 8.F, 0.F, 0.F, 0.F}).view({1, 3, 1, 2}).to(torch::kBFloat16);
    const pulmo::LossParts parts = pulmo::segmentationLoss(logits, labelsOf(1, 0));
    QCOMPARE(parts.total.scalar_type(), torch::kFloat32);
    near(valueOf(parts.crossEntropy), (std::log(1 + 2 * std::exp(-8.0)) + std::log(3.0)) / 2, 1e-6);
  }

  void gradientOfTheDiceLossIsTheSlope() {
    Tensor logits = randomLogits({2, 3, 3, 4}).requires_grad_();
    const Tensor labels = torch::arange(24).remainder(3).view({2, 3, 4});
    pulmo::segmentationLoss(logits, labels).diceLoss.backward();
    const Tensor gradient = logits.grad().flatten();
    constexpr float kStep = 1e-2F;  // float32: smaller steps drown in rounding
    double largest = 0;
    for (std::int64_t i = 0; i < gradient.numel(); ++i) {
      const auto lossAt = [&](float shift) {
        Tensor moved = logits.detach().clone();
        moved.flatten()[i] += shift;
        return valueOf(pulmo::segmentationLoss(moved, labels).diceLoss);
      };
      const double slope = (lossAt(kStep) - lossAt(-kStep)) / (2 * kStep);
      near(gradient[i].item<double>(), slope, 3e-5);
      largest = std::max(largest, std::abs(slope));
    }
    QVERIFY(largest > 1e-3);  // the tolerance is small beside what is compared
  }

  // Classes predicted: 1 1 0 2 | labels: 1 0 1 2. Right: agree 1 of 2 + 2: 2 x 1 / 4 = 0.5; left: 2 x 1 / 2 = 1.
  void gathersOverlapOverAPass() {
    const auto logits = [](const std::vector<std::int64_t>& classes) {
      Tensor t = torch::zeros({1, 3, 1, static_cast<std::int64_t>(classes.size())});
      for (std::size_t i = 0; i < classes.size(); ++i) t[0][classes[i]][0][static_cast<std::int64_t>(i)] = 1;
      return t;
    };
    pulmo::PassSums sums;
    pulmo::addOverlap(sums, logits({1, 1}), labelsOf(1, 0));
    pulmo::addOverlap(sums, logits({0, 2}), labelsOf(1, 2));
    pulmo::addOverlap(sums, logits({2, 2}), labelsOf(3, 0));  // sides not told: left out
    pulmo::PassFigures figures = pulmo::figuresOf(sums);
    QCOMPARE(figures.diceRight.value(), 0.5);
    QCOMPARE(figures.diceLeft.value(), 1.0);
    figures = pulmo::figuresOf({});
    QVERIFY(!figures.diceRight && !figures.diceLeft);
  }

  // One parameter of value 1, gradient 0.5, rate 0.1, decay 0.01, by hand:
  // step 1: m^ = 0.5, v^ = 0.25, w = 1 (1 - 0.1 x 0.01) - 0.1 x 0.5 / 0.5 = 0.899
  // step 2 with gradient -0.25: m = 0.9 x 0.05 - 0.025 = 0.02, m^ = 0.02 / 0.19 = 0.1052632
  //   v = 0.999 x 0.00025 + 0.0000625 = 0.00031225, v^ = / 0.001999 = 0.1562031, root 0.3952254
  //   w = 0.899 x 0.999 - 0.1 x 0.1052632 / 0.3952254 = 0.8714672
  void adamWStepsByHand() {
    for (const bool decays : {true, false}) {
      Tensor w = torch::ones({1, 1}).requires_grad_();
      pulmo::AdamOptimizer adam(decays ? pulmo::OptimizerKind::AdamW : pulmo::OptimizerKind::Adam, 0.01, {w});
      w.mutable_grad() = torch::full({1, 1}, 0.5);
      QCOMPARE(adam.step(0.1), 0.5);
      near(valueOf(w), decays ? 0.899 : 0.9);
      QVERIFY(!w.grad().defined());
      w.mutable_grad() = torch::full({1, 1}, -0.25);
      adam.step(0.1);
      near(valueOf(w), decays ? 0.8714672 : 0.9 - 0.0266337);
      QCOMPARE(adam.stepsTaken(), 2);
    }
  }

  // Norm 5 of (3, 4) becomes 1: Adam's first moment is 0.1 x (0.6, 0.8).
  void clipsLongGradients() {
    Tensor w = torch::zeros({2}).requires_grad_();
    pulmo::AdamOptimizer adam(pulmo::OptimizerKind::Adam, 0, {w});
    w.mutable_grad() = torch::tensor({3.F, 4.F});
    QCOMPARE(adam.step(0.1), 5.0);
    near(adam.first()[0][0].item<double>(), 0.06);
    near(adam.first()[0][1].item<double>(), 0.08);
    w.mutable_grad() = torch::tensor({std::numeric_limits<float>::infinity(), 0.F});
    const Tensor before = w.detach().clone();
    QVERIFY(!std::isfinite(adam.step(0.1)));
    QVERIFY(torch::equal(w.detach(), before));
  }

  // 1000 steps: 30 of warm-up, then from 1 at step 30 to 0 at step 1000. Half-way (515): cosine 0.5, poly 0.5^0.9.
  void schedulesByFormula() {
    using pulmo::Schedule;
    for (const Schedule s : {Schedule::Constant, Schedule::Poly, Schedule::Cosine}) {
      near(pulmo::scheduleFactor(s, 0, 1000), 1.0 / 31);
      near(pulmo::scheduleFactor(s, 29, 1000), 30.0 / 31);
      near(pulmo::scheduleFactor(s, 30, 1000), 1);
    }
    near(pulmo::scheduleFactor(Schedule::Constant, 999, 1000), 1);
    near(pulmo::scheduleFactor(Schedule::Cosine, 515, 1000), 0.5);
    near(pulmo::scheduleFactor(Schedule::Poly, 515, 1000), 0.5358867);
    near(pulmo::scheduleFactor(Schedule::Cosine, 1000, 1000), 0);
    near(pulmo::scheduleFactor(Schedule::Cosine, 0, 1), 1);
    near(pulmo::scheduleFactor(Schedule::Constant, 199, 1000000), 200.0 / 201);
    near(pulmo::scheduleFactor(Schedule::Constant, 200, 1000000), 1);
  }
};

QTEST_GUILESS_MAIN(TestLoss)
#include "tst_loss.moc"
