// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <functional>
#include <stop_token>
#include <string>

namespace pulmo {

/// The one way to ask long work to end. An alias, so that a toolchain without
/// std::stop_token (libc++ before LLVM 20) costs one file, not fifty.
using StopToken = std::stop_token;

/// How a finished long call ended. Failure is an Error, not an Outcome.
enum class Outcome { Completed, Stopped };

/// Called on the thread doing the work; fraction in [0, 1]. Must return fast and not throw.
using ProgressSink = std::function<void(double fraction, const std::string& step)>;

}  // namespace pulmo
