// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/weights_file.h"

#include <bit>
#include <cmath>
#include <cstring>
#include <string>
#include <vector>

#include "pipeline/core/error.h"
#include "pipeline/learn/half_floats.h"
#include "pipeline/learn/pickle.h"
#include "pipeline/learn/weights_description.h"
#include "pipeline/learn/zip_archive.h"

namespace pulmo {

static_assert(std::endian::native == std::endian::little, "tensors are copied as they lie in memory");

namespace {

std::uint64_t valuesOf(const NamedTensor& tensor) {
  std::uint64_t count = 1;
  for (const std::int64_t n : tensor.shape) count *= static_cast<std::uint64_t>(n);
  if (count != (tensor.integers.empty() ? tensor.values.size() : tensor.integers.size()))
    throw Error(ErrorKind::Internal, "The weights could not be saved: " + tensor.name + " does not fill its shape.");
  return count;
}

std::vector<std::uint8_t> bytesOf(const NamedTensor& tensor, bool half) {
  const auto copy = [](const auto& values) {
    std::vector<std::uint8_t> bytes(values.size() * sizeof(values[0]));
    if (!values.empty()) std::memcpy(bytes.data(), values.data(), bytes.size());
    return bytes;
  };
  if (!tensor.integers.empty()) return copy(tensor.integers);
  if (!half) return copy(tensor.values);
  std::vector<std::uint16_t> halves;
  halves.reserve(tensor.values.size());
  for (const float v : tensor.values) {
    if (!(std::abs(v) < 65520.0F))
      throw Error(ErrorKind::InvalidInput,
                  "These weights cannot be saved in half the size: " + tensor.name + " holds a number beyond 65504.");
    halves.push_back(halfOfFloat(v));
  }
  return copy(halves);
}

/// _rebuild_tensor_v2(storage, offset, size, stride, requires_grad, backward_hooks)
void writeTensor(PickleWriter& pickle, const NamedTensor& tensor, std::size_t storage, bool half) {
  const bool integers = !tensor.integers.empty();
  const std::uint64_t count = valuesOf(tensor);
  pickle.global("torch._utils", "_rebuild_tensor_v2");
  pickle.mark();
  pickle.mark();
  pickle.text("storage");
  pickle.global("torch", integers ? "LongStorage" : half ? "HalfStorage" : "FloatStorage");
  pickle.text(std::to_string(storage));
  pickle.text("cpu");
  pickle.integer(static_cast<std::int64_t>(count));
  pickle.tuple();
  pickle.persistent();
  pickle.integer(0);
  pickle.mark();
  for (const std::int64_t n : tensor.shape) pickle.integer(n);
  pickle.tuple();
  std::vector<std::int64_t> strides(tensor.shape.size(), 1);
  for (std::size_t i = strides.size(); i-- > 1;) strides[i - 1] = strides[i] * tensor.shape[i];
  pickle.mark();
  for (const std::int64_t n : strides) pickle.integer(n);
  pickle.tuple();
  pickle.boolean(false);
  pickle.global("collections", "OrderedDict");
  pickle.emptyTuple();
  pickle.reduce();
  pickle.tuple();
  pickle.reduce();
}

std::string pickleOf(const NetworkWeights& weights, bool half) {
  PickleWriter pickle;
  pickle.emptyDict();
  pickle.mark();
  pickle.text("state_dict");
  pickle.global("collections", "OrderedDict");
  pickle.emptyTuple();
  pickle.reduce();
  pickle.mark();
  for (std::size_t i = 0; i < weights.tensors.size(); ++i) {
    pickle.text(weights.tensors[i].name);
    writeTensor(pickle, weights.tensors[i], i, half);
  }
  pickle.setItems();
  pickle.text("description");
  writeDescription(pickle, weights.description);
  pickle.text("card");
  pickle.text(weights.card);
  pickle.setItems();
  return pickle.finish();
}

std::span<const std::uint8_t> asBytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

}  // namespace

void saveWeights(const std::filesystem::path& target, const NetworkWeights& weights, Overwrite overwrite, bool half) {
  const std::string pickle = pickleOf(weights, half);
  writeAtomically(target, overwrite, [&](const std::filesystem::path& temporary) {
    const std::string folder = "weights/";
    ZipWriter zip(temporary);
    zip.add(folder + "data.pkl", asBytes(pickle));
    zip.add(folder + "byteorder", asBytes("little"));
    for (std::size_t i = 0; i < weights.tensors.size(); ++i)
      zip.add(folder + "data/" + std::to_string(i), bytesOf(weights.tensors[i], half));
    zip.add(folder + "version", asBytes("3\n"));
    zip.finish();
  });
}

}  // namespace pulmo
