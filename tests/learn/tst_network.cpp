// SPDX-License-Identifier: Apache-2.0
#include <torch/nn/functional/conv.h>
#include <torch/utils.h>

#include <QTemporaryDir>
#include <QtTest>
#include <cmath>
#include <functional>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/learn/compute_torch.h"
#include "pipeline/learn/network_torch.h"
#include "pipeline/learn/slice_feed.h"
#include "pipeline/learn/training_pass_torch.h"
#include "tests/learn/phantom_store.h"

namespace {

using torch::Tensor;

pulmo::NetworkDescription described(pulmo::Architecture architecture, int base = 4, int levels = 3,
                                    int neighbours = 1) {
  pulmo::NetworkDescription d;
  d.architecture = architecture;
  d.baseChannels = base;
  d.levels = levels;
  d.neighbours = neighbours;
  d.size = 64;
  return d;
}

Tensor ramp(std::int64_t count, std::int64_t channels, std::int64_t size) {
  return torch::arange(count * channels * size * size, torch::kFloat32)
      .mul(0.37)
      .sin()
      .view({count, channels, size, size});
}

std::int64_t valuesOf(const pulmo::NetworkWeights& weights) {
  std::int64_t count = 0;
  for (const pulmo::NamedTensor& tensor : weights.tensors) count += static_cast<std::int64_t>(tensor.values.size());
  return count;
}

std::string messageOf(const std::function<void()>& call) {
  try {
    call();
  } catch (const pulmo::Error& e) {
    return e.what();
  }
  return {};
}

}  // namespace

class TestNetwork : public QObject {
  Q_OBJECT
 private Q_SLOTS:
  // Small work: threads that wait for each other on a busy machine would cost more than they give.
  void initTestCase() { torch::set_num_threads(1); }

  void givesEachPixelItsClasses_data() {
    QTest::addColumn<int>("architecture");
    QTest::addColumn<int>("levels");
    QTest::addColumn<int>("neighbours");
    for (const int architecture : {0, 1, 2})
      for (const int levels : {3, 5})
        for (const int neighbours : {1, 3})
          QTest::addRow("architecture %d, levels %d, neighbours %d", architecture, levels, neighbours)
              << architecture << levels << neighbours;
  }
  void givesEachPixelItsClasses() {
    QFETCH(int, architecture);
    QFETCH(int, levels);
    QFETCH(int, neighbours);
    const auto d = described(static_cast<pulmo::Architecture>(architecture), 4, levels, neighbours);
    const auto net = pulmo::makeNetwork(d);
    const std::int64_t side = 3 * net->multiple();  // needs no power of two
    const Tensor images = ramp(2, neighbours, side);
    const Tensor logits = net->forward(images);
    QCOMPARE(logits.sizes().vec(), (std::vector<std::int64_t>{2, 3, side, side}));
    for (const Tensor& stage : net->stages(images)) QVERIFY(stage.sizes() == logits.sizes());
    logits.sum().backward();
    for (const Tensor& parameter : net->parameters()) QVERIFY(parameter.grad().defined());
  }

  // Level i: conv 9 a b + 9 b b and two norms of 2 b; up: a b + 9 (2 b) b + 9 b b + 4 b; head: 3 b + 3.
  void hasTheNumberOfWeightsOfThePlan() {
    std::int64_t expected = 0;
    const std::vector<std::int64_t> channels{16, 32, 64, 128, 256};
    std::int64_t in = 1;
    for (const std::int64_t b : channels) {
      expected += 9 * in * b + 9 * b * b + 4 * b;
      in = b;
    }
    for (std::size_t i = 0; i + 1 < channels.size(); ++i) {
      const std::int64_t b = channels[i], a = channels[i + 1];
      expected += a * b + 27 * b * b + 4 * b;
    }
    expected += 3 * 16 + 3;
    const pulmo::NetworkDescription d;  // the default: 16 channels, 5 levels
    const auto weights = pulmo::tensorsOf(*pulmo::makeNetwork(d), d, "");
    QCOMPARE(valuesOf(weights), expected);
    QVERIFY(2 * expected < 10'000'000);  // bytes as float16: what may ship
  }

  void namesTensorsAsPyTorchWould() {
    const auto d = described(pulmo::Architecture::ResidualUNet);
    std::set<std::string> names;
    for (const auto& tensor : pulmo::tensorsOf(*pulmo::makeNetwork(d), d, "").tensors) names.insert(tensor.name);
    for (const char* name : {"down.0.conv1.weight", "down.2.norm2.bias", "down.1.skip.weight", "up.0.reduce.weight",
                             "up.1.block.conv2.weight", "head.weight", "head.bias"})
      QVERIFY2(names.contains(name), name);
    const auto cascade = described(pulmo::Architecture::Cascade);
    bool coarse = false, fine = false;
    for (const auto& tensor : pulmo::tensorsOf(*pulmo::makeNetwork(cascade), cascade, "").tensors) {
      coarse |= tensor.name == "coarse.down.0.conv1.weight";
      fine |= tensor.name == "fine.head.bias";
    }
    QVERIFY(coarse && fine);
  }

  void startsFromTheSeedAlone() {
    const auto d = described(pulmo::Architecture::UNet);
    torch::manual_seed(1);
    const auto first = pulmo::tensorsOf(*pulmo::makeNetwork(d, 5), d, "");
    torch::manual_seed(2);
    const auto second = pulmo::tensorsOf(*pulmo::makeNetwork(d, 5), d, "");
    const auto other = pulmo::tensorsOf(*pulmo::makeNetwork(d, 6), d, "");
    bool differs = false;
    for (std::size_t i = 0; i < first.tensors.size(); ++i) {
      QVERIFY(first.tensors[i].values == second.tensors[i].values);
      differs |= first.tensors[i].values != other.tensors[i].values;
    }
    QVERIFY(differs);
  }

  void weightsGoOutAndIn() {
    for (const int architecture : {0, 1, 2}) {
      const auto d = described(static_cast<pulmo::Architecture>(architecture));
      const auto from = pulmo::makeNetwork(d, 1), to = pulmo::makeNetwork(d, 2);
      const torch::NoGradGuard noGrad;
      const Tensor images = ramp(1, 1, 16);
      QVERIFY(!torch::equal(from->forward(images), to->forward(images)));
      pulmo::loadTensors(*to, pulmo::tensorsOf(*from, d, ""));
      QVERIFY(torch::equal(from->forward(images), to->forward(images)));
    }
  }

  void refusesWeightsThatDoNotFit() {
    const auto d = described(pulmo::Architecture::UNet);
    const auto net = pulmo::makeNetwork(d);
    const auto right = pulmo::tensorsOf(*net, d, "");
    const auto refused = [&](const std::function<void(pulmo::NetworkWeights&)>& change) {
      pulmo::NetworkWeights wrong = right;
      change(wrong);
      return messageOf([&] { pulmo::loadTensors(*net, wrong); });
    };
    using W = pulmo::NetworkWeights;
    QVERIFY(refused([](W& w) { w.tensors.erase(w.tensors.begin()); }).find("down.0.conv1.weight") != std::string::npos);
    QVERIFY(refused([](W& w) { w.tensors.push_back({"extra", {1}, {0}, {}}); }).find("extra") != std::string::npos);
    QVERIFY(refused([](W& w) { std::swap(w.tensors[0].shape[0], w.tensors[0].shape[1]); }).find("[1, 4, 3, 3]") !=
            std::string::npos);
    QVERIFY(refused([](W& w) { w.tensors[1].values[0] = std::nanf(""); }).find("no numbers") != std::string::npos);
    QVERIFY(refused([](W&) {}).empty());
  }

  // What lies beside a slice in its batch must not change it.
  void treatsASliceAloneAsInABatch() {
    const auto d = described(pulmo::Architecture::UNet);
    const auto net = pulmo::makeNetwork(d);
    const torch::NoGradGuard noGrad;
    const Tensor images = ramp(3, 1, 32);
    const Tensor together = net->forward(images);
    const Tensor alone = net->forward(images.slice(0, 1, 2));
    QVERIFY(torch::allclose(together.slice(0, 1, 2), alone, 1e-4, 1e-5));
  }

  void refusesDescriptionsOutOfTheirLimits() {
    const auto refused = [](const std::function<void(pulmo::NetworkDescription&)>& change) {
      pulmo::NetworkDescription d;
      change(d);
      return messageOf([&] { (void)pulmo::makeNetwork(d); });
    };
    using D = pulmo::NetworkDescription;
    QVERIFY(refused([](D& d) { d.baseChannels = 3; }).starts_with("network.baseChannels"));
    QVERIFY(refused([](D& d) { d.levels = 7; }).starts_with("network.levels"));
    QVERIFY(refused([](D& d) { d.neighbours = 4; }).starts_with("network.neighbours"));
    QVERIFY(refused([](D& d) { d.size = 100; }).starts_with("network.size"));
    QVERIFY(refused([](D& d) { d.inputWindow.width = 0; }).starts_with("network.inputWindow"));
    QVERIFY(!messageOf([] { (void)pulmo::architectureOf("vnet"); }).empty());
    for (const char* key : {"unet", "residual", "cascade"})
      QCOMPARE(pulmo::architectureKey(pulmo::architectureOf(key)), std::string(key));
  }

  void autocastEndsWithItsGuard() {
    const pulmo::Compute compute = pulmo::chooseCompute(pulmo::DeviceChoice::Cpu, pulmo::Precision::Auto, 1);
    const auto typeNow = [] {
      return torch::nn::functional::conv2d(torch::ones({1, 1, 4, 4}), torch::ones({1, 1, 3, 3})).scalar_type();
    };
    {
      const pulmo::AutocastGuard guard(compute);
      QCOMPARE(typeNow(), compute.bf16 ? torch::kBFloat16 : torch::kFloat32);
    }
    QCOMPARE(typeNow(), torch::kFloat32);
  }

  void translatesWhatLibTorchThrows() {
    const auto kindOf = [](const std::function<void()>& call) {
      try {
        pulmo::translated("the batch size", call);
      } catch (const pulmo::Error& e) {
        return std::make_pair(e.kind(), std::string(e.what()));
      }
      return std::make_pair(pulmo::ErrorKind::Unsupported, std::string());
    };
    const auto memory = kindOf([] { TORCH_CHECK(false, "CUDA out of memory. Tried to allocate 2 GiB"); });
    QVERIFY(memory.first == pulmo::ErrorKind::OutOfMemory);
    QCOMPARE(memory.second, std::string("The memory is full: lower the batch size."));
    QVERIFY(kindOf([] { throw std::bad_alloc(); }).first == pulmo::ErrorKind::OutOfMemory);
    QVERIFY(kindOf([] { (void)(torch::ones(2) + torch::ones(3)); }).first == pulmo::ErrorKind::Internal);
    QVERIFY(kindOf([] { throw pulmo::Error(pulmo::ErrorKind::Io, "x"); }).first == pulmo::ErrorKind::Io);
  }

  void validationLeavesEveryWeightAsItWas() {
    QTemporaryDir dir;
    const std::filesystem::path folder = dir.filePath("store").toStdString();
    pulmo::test::writePhantomStore(folder, 64, 12, {pulmo::Split::Train, pulmo::Split::Validation});
    const pulmo::SliceStore store(folder);
    pulmo::TrainingConfig config = pulmo::test::smallConfig(64);
    const auto compute = pulmo::chooseCompute(config.device, config.precision, 1);
    const auto net = pulmo::makeNetwork(config.network);
    const auto before = pulmo::tensorsOf(*net, config.network, "");
    pulmo::SliceFeed feed(store, config, 1, pulmo::SliceFeed::Pass::Validation);
    const auto figures = pulmo::validatePass(*net, compute, config.network, feed, {});
    QVERIFY(figures.has_value());
    QVERIFY(figures->total > 0 && figures->diceRight.has_value());
    QVERIFY(net->is_training());
    const auto after = pulmo::tensorsOf(*net, config.network, "");
    for (std::size_t i = 0; i < before.tensors.size(); ++i)
      QVERIFY(before.tensors[i].values == after.tensors[i].values);
    for (const Tensor& parameter : net->parameters()) QVERIFY(!parameter.grad().defined());
  }
};

QTEST_GUILESS_MAIN(TestNetwork)
#include "tst_network.moc"
