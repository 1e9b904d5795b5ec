// SPDX-License-Identifier: Apache-2.0
#include "pipeline/learn/compute_torch.h"

#include <ATen/autocast_mode.h>
#include <c10/util/Exception.h>
#include <torch/cuda.h>
#include <torch/utils.h>
#include <torch/version.h>

#include <algorithm>
#include <new>

#include "pipeline/core/error.h"
#include "pipeline/core/parallel.h"
#include "pipeline/learn/allocator.h"
#include "pipeline/learn/device_report.h"

namespace pulmo {

namespace {

// LibTorch 2.4 gave one set of calls for every device; before, each device had its own.
#if TORCH_VERSION_MAJOR > 2 || (TORCH_VERSION_MAJOR == 2 && TORCH_VERSION_MINOR >= 4)
bool autocastOn(torch::Device device) {
  return at::autocast::is_autocast_enabled(device.type());
}
at::ScalarType autocastType(torch::Device device) {
  return at::autocast::get_autocast_dtype(device.type());
}
void setAutocast(torch::Device device, bool on, at::ScalarType type) {
  at::autocast::set_autocast_dtype(device.type(), type);
  at::autocast::set_autocast_enabled(device.type(), on);
}
#else
bool autocastOn(torch::Device device) {
  return device.is_cuda() ? at::autocast::is_enabled() : at::autocast::is_cpu_enabled();
}
at::ScalarType autocastType(torch::Device device) {
  return device.is_cuda() ? at::autocast::get_autocast_gpu_dtype() : at::autocast::get_autocast_cpu_dtype();
}
void setAutocast(torch::Device device, bool on, at::ScalarType type) {
  if (device.is_cuda()) {
    at::autocast::set_autocast_gpu_dtype(type);
    at::autocast::set_enabled(on);
  } else {
    at::autocast::set_autocast_cpu_dtype(type);
    at::autocast::set_cpu_enabled(on);
  }
}
#endif

bool isOutOfMemory(const std::string& text) {
  return text.find("out of memory") != std::string::npos || text.find("can't allocate memory") != std::string::npos ||
         text.find("not enough memory") != std::string::npos;
}

}  // namespace

Compute chooseCompute(DeviceChoice device, Precision precision, int threads) {
  tuneAllocator();
  const DeviceReport report = reportDevice();
  if (device == DeviceChoice::Cuda && !report.cuda)
    throw Error(ErrorKind::Unsupported, "There is no CUDA GPU that answers: choose the device \"auto\" or \"cpu\".",
                report.reason);
  Compute compute;
  const bool cuda = report.cuda && device != DeviceChoice::Cpu;
  if (cuda) compute.device = torch::Device(torch::kCUDA, 0);
  // Every GPU since 2016 multiplies bfloat16, and those since 2020 fast; a processor says so itself.
  compute.bf16 = precision != Precision::Float32 && (cuda || report.bf16);
  if (precision == Precision::BFloat16 && !compute.bf16)
    throw Error(ErrorKind::Unsupported, "This processor does not compute in bfloat16: choose \"auto\" or \"float32\".");
  compute.threads = threads > 0 ? threads : availableThreads();
  torch::set_num_threads(compute.threads);
  compute.text =
      cuda ? report.name : "CPU, " + std::to_string(compute.threads) + (compute.threads == 1 ? " thread" : " threads");
  compute.text += compute.bf16 ? ", bf16" : ", float32";
  return compute;
}

AutocastGuard::AutocastGuard(const Compute& compute) : device_(compute.device), active_(compute.bf16) {
  if (!active_) return;
  before_ = autocastOn(device_);
  typeBefore_ = autocastType(device_);
  at::autocast::increment_nesting();
  setAutocast(device_, true, at::kBFloat16);
}

AutocastGuard::~AutocastGuard() {
  if (!active_) return;
  setAutocast(device_, before_, typeBefore_);
  // The cache of cast weights lives as long as the outermost guard.
  if (at::autocast::decrement_nesting() == 0) at::autocast::clear_cache();
}

void rethrowTranslated(const std::string& toLower) {
  const auto memory = [&](const std::string& detail) {
    return Error(ErrorKind::OutOfMemory, "The memory is full: lower " + toLower + ".", detail);
  };
  try {
    throw;
  } catch (const Error&) {
    throw;
  } catch (const c10::Error& e) {
    const std::string text = e.what_without_backtrace();
    if (isOutOfMemory(text)) throw memory(text);
    throw Error(ErrorKind::Internal, "LibTorch could not compute this.", text);
  } catch (const std::bad_alloc& e) {
    throw memory(e.what());
  } catch (const std::exception& e) {
    if (isOutOfMemory(e.what())) throw memory(e.what());
    throw Error(ErrorKind::Internal, "Something unexpected went wrong in the network.", e.what());
  }
}

}  // namespace pulmo
