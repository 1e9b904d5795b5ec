// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>

namespace pulmo {

/// A third party's library, as it runs here.
struct LibraryVersion {
  std::string name;
  std::string version;
  std::string licence;  ///< in short: "BSD-3-Clause"
};

}  // namespace pulmo
