// SPDX-License-Identifier: Apache-2.0
#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "pipeline/core/random.h"
#include "pipeline/learn/slice_store.h"

namespace pulmo {

std::string splitKey(Split split) {
  switch (split) {
    case Split::Train:
      return "train";
    case Split::Validation:
      return "validation";
    case Split::Test:
      break;
  }
  return "test";
}

std::vector<Split> splitByPatient(const std::vector<std::string>& patientOfCase, std::uint64_t seed, double trainShare,
                                  double validationShare) {
  // Sorted first: the order in which cases were found does not count.
  std::vector<std::string> patients = patientOfCase;
  std::sort(patients.begin(), patients.end());
  patients.erase(std::unique(patients.begin(), patients.end()), patients.end());
  Random random(seed, 0x73706c6974);
  const auto count = static_cast<int>(patients.size());
  for (int i = count - 1; i > 0; --i)
    std::swap(patients[static_cast<std::size_t>(i)], patients[static_cast<std::size_t>(random.integer(0, i))]);

  int train = static_cast<int>(std::lround(trainShare * count));
  int validation = static_cast<int>(std::lround(validationShare * count));
  if (count >= 3) {
    validation = std::clamp(validation, 1, count - 2);
    train = std::clamp(train, 1, count - validation - 1);
  } else {
    train = std::max(train, std::min(count, 1));
    validation = count - train;
  }
  std::map<std::string, Split> side;
  for (int i = 0; i < count; ++i)
    side[patients[static_cast<std::size_t>(i)]] = i < train                ? Split::Train
                                                  : i < train + validation ? Split::Validation
                                                                           : Split::Test;
  std::vector<Split> result;
  result.reserve(patientOfCase.size());
  for (const std::string& patient : patientOfCase) result.push_back(side.at(patient));
  return result;
}

}  // namespace pulmo
