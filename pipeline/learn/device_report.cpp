// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/device_report.h"

#include <torch/cuda.h>
#include <torch/nn/functional/conv.h>
#include <torch/version.h>

#include "pipeline/core/error.h"
#include "pipeline/core/parallel.h"

namespace pulmo {

namespace {

struct CpuFeatures {
  bool bf16 = false;
  std::string text;
};

CpuFeatures cpuFeatures() {
#if defined(__x86_64__) && defined(__GNUC__)
  __builtin_cpu_init();
  if (__builtin_cpu_supports("avx512bf16")) return {true, "AVX-512 bf16"};
  if (__builtin_cpu_supports("avx512f")) return {false, "AVX-512"};
  if (__builtin_cpu_supports("avx2")) return {false, "AVX2"};
#endif
  return {false, "no wide vector unit"};
}

void tryConvolution(const torch::Device& device) {
  const torch::InferenceMode inference;
  const auto options = torch::TensorOptions().device(device);
  const auto image = torch::ones({1, 1, 5, 5}, options);
  const auto kernel = torch::ones({1, 1, 3, 3}, options);
  const auto sum = torch::nn::functional::conv2d(image, kernel).sum().item<float>();
  if (sum != 81.0F)  // 3 x 3 places x 9 ones
    throw Error(ErrorKind::Internal, "LibTorch computes wrongly on this device.",
                "convolution of ones gave " + std::to_string(sum));
}

}  // namespace

DeviceReport reportDevice() {
  try {
    DeviceReport report;
    report.libtorchVersion = TORCH_VERSION;
    const CpuFeatures cpu = cpuFeatures();
    report.bf16 = cpu.bf16;
    report.cuda = torch::cuda::is_available();
    if (report.cuda) {
      tryConvolution(torch::kCUDA);
      const auto count = torch::cuda::device_count();
      report.name = "CUDA GPU (" + std::to_string(count) + (count == 1 ? " device)" : " devices)");
      report.reason = "A CUDA GPU answers.";
      return report;
    }
    tryConvolution(torch::kCPU);
    const int threads = availableThreads();
    report.name = "CPU, " + std::to_string(threads) + (threads == 1 ? " thread, " : " threads, ") + cpu.text;
    report.reason =
        torch::hasCUDA() ? "This LibTorch can use CUDA, but no GPU answers." : "This LibTorch is built for the CPU.";
    return report;
  } catch (const c10::Error& e) {
    throw Error(ErrorKind::Internal, "LibTorch does not work on this machine.", e.what_without_backtrace());
  }
}

}  // namespace pulmo
