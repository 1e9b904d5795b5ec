// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <QString>
#include <filesystem>

namespace pulmo {

/// What made a mask, told so that it can be found again years later.
struct MaskMaker {
  QString method;  ///< "unet"
  QString file;    ///< of its weights, without the folder; "" = it has none
  QString sha256;  ///< of that file, in hexadecimal digits; "" = none

  /// "unet, lungs.pth, SHA-256 6ab…" or "threshold"
  [[nodiscard]] QString text() const;
  /// Short, and safe for a folder's name: "unet-6ab0c1d2".
  [[nodiscard]] QString key() const;
};

/// @param weights  a file; "" = the method has none
/// @throws Error{Io} if the weights cannot be read
/// @thread any
/// @cost reads the weights' file once
[[nodiscard]] MaskMaker makerOf(const QString& method, const std::filesystem::path& weights);

}  // namespace pulmo
