// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "pipeline/core/atomic_file.h"
#include "pipeline/core/volume.h"
#include "pipeline/learn/body_crop.h"
#include "pipeline/simulate/simulator.h"

namespace pulmo {

enum class Split : std::uint8_t { Train, Validation, Test };
[[nodiscard]] std::string splitKey(Split split);  ///< "train", "validation", "test"
enum class MaskOrigin : std::uint8_t { Expert, Threshold, Phantom };

/// One scan (or one single slice) in a store.
struct StoredCase {
  std::string name;     ///< of the folder or file; no identity
  std::string patient;  ///< cases of one patient are never split
  Split split = Split::Train;
  MaskOrigin masks = MaskOrigin::Expert;
  bool diseased = false;           ///< real affected lungs: never simulated into unless asked
  bool sidesKnown = true;          ///< false: labels are 3 (a lung of either side)
  int firstSlice = 0, slices = 0;  ///< rows of the store, along z from feet to head
  Grid grid;                       ///< as stored: N x N x slices
  std::vector<std::string> notes;  ///< what was done to it
};

/// A dataset ready for training: every axial slice of every case at one matrix size, memory-mapped, read in any order
/// by any thread. A file `slices.bin` of fixed records and a file `store.json` that describes it, in one folder.
///
/// Resident memory stays bounded whatever the size: pages behind used slices are given back (see forget()).
class SliceStore {
 public:
  /// @throws Error{InvalidInput} for a store that is damaged, cut off or of another version; Error{Io}
  explicit SliceStore(const std::filesystem::path& folder);
  ~SliceStore();
  SliceStore(const SliceStore&) = delete;
  SliceStore& operator=(const SliceStore&) = delete;

  [[nodiscard]] int size() const;  ///< N: slices are N x N
  [[nodiscard]] int slices() const;
  [[nodiscard]] const std::vector<StoredCase>& cases() const;
  [[nodiscard]] int caseOf(int slice) const;
  [[nodiscard]] std::vector<int> slicesOf(Split split) const;
  [[nodiscard]] bool hasLung(int slice) const;
  [[nodiscard]] const std::vector<std::string>& problems() const;  ///< what was wrong with cases, as prepare found it

  [[nodiscard]] const std::int16_t* ct(int slice) const;                      ///< HU, [N, N]
  [[nodiscard]] const std::uint8_t* labels(int slice) const;                  ///< [N, N]
  [[nodiscard]] std::shared_ptr<const LungShape> shape(int caseIndex) const;  ///< read when asked for; not kept
  [[nodiscard]] CtVolume loadCt(int caseIndex) const;                         ///< a copy of the whole case
  [[nodiscard]] LabelVolume loadLabels(int caseIndex) const;
  void forget(int slice) const;  ///< its pages may leave memory

  [[nodiscard]] std::uint64_t fingerprint() const;  ///< of the content: a resumed run must find the same
  /// Changes who is in which split, atomically. @throws Error{InvalidInput} if a patient would be on two sides
  void setSplit(const std::vector<Split>& ofCase);

 private:
  struct Mapped;
  std::unique_ptr<Mapped> mapped_;
};

/// Splits patients, never slices, by a seed; shares as in the source document.
/// @return one a case; with three patients or more, no side is empty
[[nodiscard]] std::vector<Split> splitByPatient(const std::vector<std::string>& patientOfCase, std::uint64_t seed,
                                                double trainShare = 0.7, double validationShare = 0.2);

/// Writes a store case by case; nothing is there under the target's name until finish().
class SliceStoreWriter {
 public:
  /// @throws Error{Io} if the target exists and overwrite is Refuse, or its folder cannot be written
  SliceStoreWriter(const std::filesystem::path& folder, int size, Overwrite overwrite);
  ~SliceStoreWriter();  ///< without finish(): removes what was written
  /// Resamples in the plane to N x N and appends (CT: area average where pixels grow, else linear; labels: the one that
  /// covers most, half a pixel of lung is lung, else nearest). What the square has beyond the picture is air; the grid
  /// is adapted.
  /// @param description  name, patient, masks, diseased, notes are taken from it
  /// @param square       what is stored of the plane, as squareAround() says for networks; absent: the whole field
  /// @throws Error{InvalidInput} for what cannot be stored (other grids, no lung, no name): the writer goes on;
  ///         Error{Io} if the disk is full: it does not
  void add(const CtVolume& ct, const LabelVolume& lungs, StoredCase description,
           const std::optional<PlaneSquare>& square = std::nullopt);
  [[nodiscard]] bool broken() const;             ///< the disk failed: nothing can be added or finished any more
  void addProblem(const std::string& sentence);  ///< kept with the store
  /// @param splitOfCase  one a case added
  /// @throws Error{InvalidInput} without a case, or if a patient would be on two sides; Error{Io}
  void finish(const std::vector<Split>& splitOfCase, std::uint64_t splitSeed);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace pulmo
