// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "pipeline/batch/batch_plan.h"
#include "pipeline/batch/batch_table.h"

namespace pulmo::cli {

/// The review list to which `pulmo batch --list` tells what came of each scan.
class ListNotes {
 public:
  /// @param list     opened, or made
  /// @param output   folder of the batch's masks
  /// @param weights  that make them; "" = the method has none
  /// @throws Error as ReviewList
  ListNotes(const std::filesystem::path& list, std::filesystem::path output, const std::string& method,
            const std::filesystem::path& weights);
  ~ListNotes();
  ListNotes(const ListNotes&) = delete;
  ListNotes& operator=(const ListNotes&) = delete;

  void add(const std::vector<BatchItem>& items);
  void note(const BatchRow& row);  ///< @pre its item was added

 private:
  struct List;
  std::unique_ptr<List> list_;
};

}  // namespace pulmo::cli
