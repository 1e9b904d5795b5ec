// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/checkpoint.h"

#include <array>
#include <bit>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <limits>
#include <nlohmann/json.hpp>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/error.h"

namespace pulmo {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

static_assert(std::endian::native == std::endian::little, "checkpoints are written as the memory lies");

constexpr std::string_view kMagic = "pulmo-checkpoint 1\n";
constexpr std::size_t kLengthDigits = 16;
constexpr std::uint64_t kMostHeader = 256ULL << 20;

Json optionalJson(const std::optional<double>& value) {
  return value ? Json(*value) : Json(nullptr);
}
std::optional<double> optionalOf(const Json& value) {
  return value.is_null() ? std::nullopt : std::optional<double>(value.get<double>());
}

Json toJson(const PassFigures& f) {
  return {{"total", f.total},
          {"diceLoss", f.diceLoss},
          {"crossEntropy", f.crossEntropy},
          {"diceRight", optionalJson(f.diceRight)},
          {"diceLeft", optionalJson(f.diceLeft)}};
}
PassFigures figuresOf(const Json& j) {
  return {j.at("total"), j.at("diceLoss"), j.at("crossEntropy"), optionalOf(j.at("diceRight")),
          optionalOf(j.at("diceLeft"))};
}

Json toJson(const EpochReport& r) {
  return {{"epoch", r.epoch},
          {"training", toJson(r.training)},
          {"validation", r.validation ? toJson(*r.validation) : Json(nullptr)},
          {"learningRate", r.learningRate},
          {"seconds", r.seconds},
          {"slicesPerSecond", r.slicesPerSecond},
          {"waitingShare", r.waitingShare},
          {"best", r.best}};
}
EpochReport reportOf(const Json& j) {
  EpochReport r;
  r.epoch = j.at("epoch");
  r.training = figuresOf(j.at("training"));
  if (!j.at("validation").is_null()) r.validation = figuresOf(j.at("validation"));
  r.learningRate = j.at("learningRate");
  r.seconds = j.at("seconds");
  r.slicesPerSecond = j.at("slicesPerSecond");
  r.waitingShare = j.at("waitingShare");
  r.best = j.at("best");
  return r;
}

Json toJson(const PassSums& s) {
  return {{"total", s.total},     {"diceLoss", s.diceLoss}, {"crossEntropy", s.crossEntropy},
          {"batches", s.batches}, {"slices", s.slices},     {"agree", s.agree},
          {"sizes", s.sizes}};
}
PassSums sumsOf(const Json& j) {
  PassSums s;
  s.total = j.at("total");
  s.diceLoss = j.at("diceLoss");
  s.crossEntropy = j.at("crossEntropy");
  s.batches = j.at("batches");
  s.slices = j.at("slices");
  s.agree = j.at("agree");
  s.sizes = j.at("sizes");
  return s;
}

using Tensors = std::vector<NamedTensor>;
constexpr std::array<std::pair<const char*, Tensors Checkpoint::*>, 4> kSections{
    {{"weights", &Checkpoint::weights},
     {"first", &Checkpoint::first},
     {"second", &Checkpoint::second},
     {"gradients", &Checkpoint::gradients}}};

Json headerOf(const Checkpoint& c) {
  Json header{{"config", Json::parse(toJson(c.config))},
              {"storeFingerprint", c.storeFingerprint},
              {"epoch", c.epoch},
              {"batchesDone", c.batchesDone},
              {"stepsDone", c.stepsDone},
              {"optimizerSteps", c.optimizerSteps},
              {"sums", toJson(c.sums)},
              {"epochSeconds", c.epochSeconds},
              {"epochWaited", c.epochWaited},
              {"learningRate", c.learningRate},
              {"reports", Json::array()},
              {"tensors", Json::object()}};
  for (const EpochReport& report : c.reports) header["reports"].push_back(toJson(report));
  for (const auto& [name, member] : kSections) {
    Json list = Json::array();
    for (const NamedTensor& tensor : c.*member) list.push_back({{"name", tensor.name}, {"shape", tensor.shape}});
    header["tensors"][name] = std::move(list);
  }
  return header;
}

void readHeader(const Json& header, Checkpoint& c) {
  c.config = trainingConfigFromJson(header.at("config").dump());
  c.storeFingerprint = header.at("storeFingerprint");
  c.epoch = header.at("epoch");
  c.batchesDone = header.at("batchesDone");
  c.stepsDone = header.at("stepsDone");
  c.optimizerSteps = header.at("optimizerSteps");
  c.sums = sumsOf(header.at("sums"));
  c.epochSeconds = header.at("epochSeconds");
  c.epochWaited = header.at("epochWaited");
  c.learningRate = header.value("learningRate", 0.0);
  for (const Json& report : header.at("reports")) c.reports.push_back(reportOf(report));
  for (const auto& [name, member] : kSections)
    for (const Json& item : header.at("tensors").at(name))
      (c.*member).push_back({item.at("name"), item.at("shape"), {}, {}});
}

/// How many values a shape holds; what the file still has is the limit, so that nothing huge is allocated for a lie.
std::size_t valuesOf(const NamedTensor& tensor, std::uint64_t bytesLeft) {
  std::uint64_t count = 1;
  for (const std::int64_t side : tensor.shape) {
    if (side < 0 || (side > 0 && count > bytesLeft / static_cast<std::uint64_t>(side)))
      throw std::length_error("a tensor is larger than the file");
    count *= static_cast<std::uint64_t>(side);
  }
  if (count > bytesLeft / sizeof(float)) throw std::length_error("the file ends early");
  return static_cast<std::size_t>(count);
}

Checkpoint parse(std::ifstream& in, std::uint64_t size) {
  std::string start(kMagic.size() + kLengthDigits + 1, '\0');
  if (!in.read(start.data(), static_cast<std::streamsize>(start.size())) || !start.starts_with(kMagic))
    throw std::runtime_error("not a checkpoint of this version");
  const std::uint64_t length = std::stoull(start.substr(kMagic.size(), kLengthDigits), nullptr, 16);
  std::uint64_t left = size - start.size();
  if (length > left || length > kMostHeader) throw std::length_error("the header is longer than the file");
  std::string text(static_cast<std::size_t>(length), '\0');
  in.read(text.data(), static_cast<std::streamsize>(length));
  left -= length;
  Checkpoint checkpoint;
  readHeader(Json::parse(text), checkpoint);
  for (const auto& [name, member] : kSections)
    for (NamedTensor& tensor : checkpoint.*member) {
      tensor.values.resize(valuesOf(tensor, left));
      const std::uint64_t bytes = tensor.values.size() * sizeof(float);
      in.read(reinterpret_cast<char*>(tensor.values.data()), static_cast<std::streamsize>(bytes));
      left -= bytes;
    }
  if (!in || left != 0) throw std::length_error("the length is wrong");
  return checkpoint;
}

}  // namespace

void saveCheckpoint(const fs::path& file, const Checkpoint& checkpoint) {
  const std::string header = headerOf(checkpoint).dump();
  std::array<char, kLengthDigits + 1> length{};
  std::snprintf(length.data(), length.size(), "%016zx", header.size());
  writeAtomically(file, Overwrite::Replace, [&](const fs::path& temporary) {
    std::ofstream out(temporary, std::ios::binary);
    out << kMagic << length.data() << '\n' << header;
    for (const auto& [name, member] : kSections)
      for (const NamedTensor& tensor : checkpoint.*member)
        out.write(reinterpret_cast<const char*>(tensor.values.data()),
                  static_cast<std::streamsize>(tensor.values.size() * sizeof(float)));
    out.close();
    if (!out)
      throw Error(ErrorKind::Io, "The checkpoint " + file.string() + " could not be written: is the disk full?",
                  std::strerror(errno));
  });
}

Checkpoint loadCheckpoint(const fs::path& file) {
  std::ifstream in(file, std::ios::binary);
  std::error_code failed;
  const std::uint64_t size = fs::file_size(file, failed);
  if (!in || failed)
    throw Error(ErrorKind::Io, "The checkpoint " + file.string() + " cannot be read.", failed.message());
  try {
    return parse(in, size);
  } catch (const Error& e) {
    throw Error(e.kind(), "The checkpoint " + file.string() + " cannot be used: " + e.what(), e.detail());
  } catch (const std::exception& e) {
    throw Error(ErrorKind::InvalidInput, "The checkpoint " + file.string() + " is damaged or of another version.",
                e.what());
  }
}

}  // namespace pulmo
