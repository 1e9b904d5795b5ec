// SPDX-License-Identifier: Apache-2.0
#include "tests/support/shared_data.h"

#include <cstdlib>

namespace pulmo::test {

std::filesystem::path sharedData(const std::string& relative) {
  const char* given = std::getenv("PULMO_DATA");
  const std::filesystem::path root =
      given ? std::filesystem::path(given) : std::filesystem::path(PULMO_SOURCE_DIR) / ".." / "shared" / "data";
  std::error_code ec;
  const std::filesystem::path wanted = std::filesystem::weakly_canonical(root / relative, ec);
  return !ec && std::filesystem::exists(wanted, ec) ? wanted : std::filesystem::path();
}

}  // namespace pulmo::test
