// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

#include "tests/bench/methods/results.h"

namespace pulmo::bench {

// Tables in Markdown, as docs/RESULTS.md has them.

/// A row a method; "" if nothing of the set was measured.
[[nodiscard]] std::string tableOf(const MethodResults& results, const CaseSet& set);
/// Nodules in the mask by diameter, and a list of those that `border-marching` misses; "" without any.
/// @param includedShare  of a nodule's voxels that have to be in the mask
[[nodiscard]] std::string nodulesTable(const MethodResults& results, double includedShare);
/// One table a figure: rows methods, columns the sets that were measured, the mean with the worst in brackets.
[[nodiscard]] std::string summary(const MethodResults& results);

}  // namespace pulmo::bench
