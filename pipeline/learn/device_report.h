// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace pulmo {

/// What the network will run on, and why. A GPU is counted, not named: LibTorch tells its name and memory through
/// CUDA's own headers alone, which a build for the processor lacks.
struct DeviceReport {
  bool cuda = false;
  std::string name;             ///< "CPU, 2 threads, AVX-512 bf16" or "CUDA GPU (1 device)"
  std::string reason;           ///< a sentence: why this one
  std::string libtorchVersion;  ///< "2.13.0"
  bool bf16 = false;            ///< the processor computes bfloat16 natively
};

/// Asks LibTorch and the processor; also runs one small convolution, so that a broken install is found here.
/// @throws Error{Internal} if LibTorch cannot compute
/// @thread any  @cost about 0.1 s at the first call
[[nodiscard]] DeviceReport reportDevice();

}  // namespace pulmo
