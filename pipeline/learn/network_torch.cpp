// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/network_torch.h"

#include <torch/nn/functional/activation.h>
#include <torch/nn/functional/pooling.h>
#include <torch/nn/functional/upsampling.h>
#include <torch/nn/init.h>
#include <torch/nn/modules/container/modulelist.h>
#include <torch/nn/modules/conv.h>
#include <torch/nn/modules/normalization.h>
#include <torch/utils.h>

#include <cmath>
#include <set>

#include "pipeline/core/error.h"
#include "pipeline/core/random.h"

namespace pulmo {

namespace {

namespace nn = torch::nn;
namespace functional = torch::nn::functional;
using torch::Tensor;

constexpr double kLeak = 0.01;

/// The largest number of groups that divides the channels and leaves at least 8 of them in each; at least one.
std::int64_t groupsOf(std::int64_t channels) {
  for (std::int64_t groups = channels / 8; groups > 1; --groups)
    if (channels % groups == 0) return groups;
  return 1;
}

Tensor activated(const Tensor& x) {
  return functional::leaky_relu(x, functional::LeakyReLUFuncOptions().negative_slope(kLeak).inplace(true));
}

Tensor halved(const Tensor& x) {
  return functional::max_pool2d(x, functional::MaxPool2dFuncOptions(2));
}

Tensor resized(const Tensor& x, double factor) {
  return functional::interpolate(x, functional::InterpolateFuncOptions()
                                        .scale_factor(std::vector<double>{factor, factor})
                                        .mode(torch::kBilinear)
                                        .align_corners(false));
}

class BlockImpl : public nn::Module {
 public:
  BlockImpl(std::int64_t in, std::int64_t out, bool residual) {
    const auto conv = [](std::int64_t from, std::int64_t to, std::int64_t kernel) {
      return nn::Conv2d(nn::Conv2dOptions(from, to, kernel).padding(kernel / 2).bias(false));
    };
    const auto norm = [](std::int64_t channels) {
      return nn::GroupNorm(nn::GroupNormOptions(groupsOf(channels), channels));
    };
    conv1_ = register_module("conv1", conv(in, out, 3));
    norm1_ = register_module("norm1", norm(out));
    conv2_ = register_module("conv2", conv(out, out, 3));
    norm2_ = register_module("norm2", norm(out));
    if (residual) skip_ = register_module("skip", conv(in, out, 1));
  }

  Tensor forward(const Tensor& x) {
    Tensor y = activated(norm1_(conv1_(x)));
    y = norm2_(conv2_(y));
    if (!skip_.is_empty()) y = y + skip_(x);
    return activated(y);
  }

 private:
  nn::Conv2d conv1_{nullptr}, conv2_{nullptr}, skip_{nullptr};
  nn::GroupNorm norm1_{nullptr}, norm2_{nullptr};
};
TORCH_MODULE(Block);

class UpImpl : public nn::Module {
 public:
  UpImpl(std::int64_t in, std::int64_t out) {
    reduce_ = register_module("reduce", nn::Conv2d(nn::Conv2dOptions(in, out, 1).bias(false)));
    block_ = register_module("block", Block(2 * out, out, false));
  }
  /// @param below  [N, in, H/2, W/2]  @param beside  [N, out, H, W]
  Tensor forward(const Tensor& below, const Tensor& beside) {
    return block_(torch::cat({beside, resized(reduce_(below), 2)}, 1));
  }

 private:
  nn::Conv2d reduce_{nullptr};
  Block block_{nullptr};
};
TORCH_MODULE(Up);

class UNet final : public SegmentationNet {
 public:
  UNet(std::int64_t in, std::int64_t base, int levels, std::int64_t classes, bool residual) : levels_(levels) {
    const auto channels = [base](int level) { return base << level; };
    register_module("down", down_);
    register_module("up", up_);
    for (int level = 0; level < levels; ++level)
      down_->push_back(Block(level == 0 ? in : channels(level - 1), channels(level), residual));
    for (int level = levels - 2; level >= 0; --level) up_->push_back(Up(channels(level + 1), channels(level)));
    head_ = register_module("head", nn::Conv2d(nn::Conv2dOptions(base, classes, 1)));
  }

  Tensor forward(Tensor x) override {
    std::vector<Tensor> beside;
    for (int level = 0; level < levels_; ++level) {
      if (level > 0) x = halved(x);
      x = down_->ptr<BlockImpl>(static_cast<std::size_t>(level))->forward(x);
      beside.push_back(x);
    }
    beside.pop_back();
    for (const auto& up : *up_) {
      x = std::static_pointer_cast<UpImpl>(up)->forward(x, beside.back());
      beside.pop_back();
    }
    return head_(x);
  }

  [[nodiscard]] int multiple() const override { return 1 << (levels_ - 1); }

 private:
  int levels_;
  nn::ModuleList down_, up_;
  nn::Conv2d head_{nullptr};
};

/// A coarse network at half the resolution finds the lungs; a fine one sees the slice and where the coarse one saw
/// them. Trained together: the fine loss reaches the coarse network too.
class CascadeNet final : public SegmentationNet {
 public:
  CascadeNet(std::int64_t in, std::int64_t base, int levels, std::int64_t classes) {
    coarse_ = std::make_shared<UNet>(in, base, levels - 1, classes, false);
    fine_ = std::make_shared<UNet>(in + classes, base, levels, classes, false);
    register_module("coarse", coarse_);
    register_module("fine", fine_);
  }

  Tensor forward(Tensor images) override { return stages(std::move(images)).front(); }

  std::vector<Tensor> stages(Tensor images) override {
    const Tensor small = functional::avg_pool2d(images, functional::AvgPool2dFuncOptions(2));
    const Tensor coarse = resized(coarse_->forward(small), 2);
    // Autocast may give bfloat16 here: the fine network's input has one type.
    const Tensor found = torch::softmax(coarse, 1, torch::kFloat32).to(images.scalar_type());
    return {fine_->forward(torch::cat({images, found}, 1)), coarse};
  }

  [[nodiscard]] int multiple() const override { return std::max(2 * coarse_->multiple(), fine_->multiple()); }

 private:
  std::shared_ptr<UNet> coarse_, fine_;
};

/// He's initialisation for leaky ReLU, drawn from the seed by counter, so that it is the same on every LibTorch.
void initialise(SegmentationNet& net, std::uint64_t seed) {
  const torch::NoGradGuard noGrad;
  std::uint64_t stream = 0;
  for (const auto& item : net.named_parameters()) {
    Tensor parameter = item.value();
    ++stream;
    if (parameter.dim() != 4) continue;  // norms start as 1 and 0, and so does the head's bias, below
    const double fanIn = static_cast<double>(parameter.size(1) * parameter.size(2) * parameter.size(3));
    const double sd = std::sqrt(2.0 / ((1 + kLeak * kLeak) * fanIn));
    Random random(seed, stream);
    std::vector<float> values(static_cast<std::size_t>(parameter.numel()));
    for (float& value : values) value = static_cast<float>(sd * random.normal());
    parameter.copy_(torch::from_blob(values.data(), parameter.sizes(), torch::kFloat32));
  }
  for (const auto& item : net.named_parameters())
    if (item.key().ends_with("head.bias")) item.value().zero_();
}

std::vector<std::pair<std::string, Tensor>> namedTensorsOf(const SegmentationNet& net) {
  std::vector<std::pair<std::string, Tensor>> tensors;
  for (const auto& item : net.named_parameters()) tensors.emplace_back(item.key(), item.value());
  for (const auto& item : net.named_buffers()) tensors.emplace_back(item.key(), item.value());
  return tensors;
}

std::string shapeText(const std::vector<std::int64_t>& shape) {
  std::string text = "[";
  for (std::size_t i = 0; i < shape.size(); ++i) text += (i == 0 ? "" : ", ") + std::to_string(shape[i]);
  return text + "]";
}

}  // namespace

std::shared_ptr<SegmentationNet> makeNetwork(const NetworkDescription& d, std::uint64_t seed) {
  validate(d);
  std::shared_ptr<SegmentationNet> net;
  if (d.architecture == Architecture::Cascade)
    net = std::make_shared<CascadeNet>(d.neighbours, d.baseChannels, d.levels, d.classes);
  else
    net = std::make_shared<UNet>(d.neighbours, d.baseChannels, d.levels, d.classes,
                                 d.architecture == Architecture::ResidualUNet);
  initialise(*net, seed);
  const torch::NoGradGuard noGrad;
  for (Tensor& parameter : net->parameters())
    if (parameter.dim() == 4) parameter.set_data(parameter.contiguous(torch::MemoryFormat::ChannelsLast));
  return net;
}

void loadTensors(SegmentationNet& net, const NetworkWeights& weights) {
  const torch::NoGradGuard noGrad;
  std::set<std::string> used;
  for (auto& [name, tensor] : namedTensorsOf(net)) {
    const NamedTensor* found = nullptr;
    for (const NamedTensor& candidate : weights.tensors)
      if (candidate.name == name) found = &candidate;
    if (found == nullptr)
      throw Error(ErrorKind::InvalidInput,
                  "The weights do not fit the network they describe: \"" + name + "\" is missing.");
    if (found->shape != tensor.sizes().vec() || found->values.size() != static_cast<std::size_t>(tensor.numel()))
      throw Error(ErrorKind::InvalidInput, "The weights do not fit the network they describe: \"" + name + "\" is " +
                                               shapeText(found->shape) + ", not " + shapeText(tensor.sizes().vec()) +
                                               ".");
    for (const float value : found->values)
      if (!std::isfinite(value))
        throw Error(ErrorKind::InvalidInput, "The weights hold values that are no numbers, in \"" + name + "\".");
    // from_blob wants a pointer to non-const; copy_ only reads.
    tensor.copy_(torch::from_blob(const_cast<float*>(found->values.data()), tensor.sizes(), torch::kFloat32));
    used.insert(name);
  }
  for (const NamedTensor& tensor : weights.tensors)
    if (!used.contains(tensor.name))
      throw Error(ErrorKind::InvalidInput,
                  "The weights do not fit the network they describe: \"" + tensor.name + "\" has no place in it.");
}

NetworkWeights tensorsOf(const SegmentationNet& net, const NetworkDescription& description, const std::string& card) {
  const torch::NoGradGuard noGrad;
  NetworkWeights weights{description, card, {}};
  for (const auto& [name, tensor] : namedTensorsOf(net)) {
    const Tensor plain = tensor.detach().to(torch::kCPU, torch::kFloat32).contiguous();
    const float* first = plain.data_ptr<float>();
    weights.tensors.push_back({name, plain.sizes().vec(), std::vector<float>(first, first + plain.numel()), {}});
  }
  return weights;
}

}  // namespace pulmo
