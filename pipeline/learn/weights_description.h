// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <vector>

#include "pipeline/learn/network_description.h"
#include "pipeline/learn/pickle.h"

namespace pulmo {

/// A dictionary of plain values, one a field.
void writeDescription(PickleWriter& pickle, const NetworkDescription& description);

/// @param name  of the file, for the messages
/// @throws Error{InvalidInput} if a field is missing, of a wrong type or out of its limits; Error{Unsupported} for a
///         field that is not known here: it may change what the network computes
[[nodiscard]] NetworkDescription readDescription(const Pickle& pickle, const PickleValue& dict,
                                                 const std::string& name);

/// For a bare state dict: architecture, channels, levels and neighbours from the names and shapes; the matrix size and
/// the input window are the defaults, since no tensor tells them.
/// @throws Error{InvalidInput} if the names are none of this program's architectures
[[nodiscard]] NetworkDescription describeTensors(const std::vector<NamedTensor>& tensors, const std::string& name);

}  // namespace pulmo
