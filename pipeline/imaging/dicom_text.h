// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <string>
#include <string_view>

namespace pulmo {

/// A DICOM text as UTF-8.
///
/// Every character set of PS3.3 C.12.1.1.2 is read, with the escape sequences of code extensions too. A header that
/// names none, or one that is not known, often holds UTF-8 or Latin-1 all the same: what is sound UTF-8 is taken as
/// that, the rest as Latin-1. Bytes that fit nothing become U+FFFD: what comes out is always sound UTF-8.
///
/// @param bytes  as in the file, without padding
/// @param characterSets  Specific Character Set (0008,0005): "ISO_IR 100", "ISO 2022 IR 6\ISO 2022 IR 87", "" = none
/// @source DICOM PS3.5 6.1, PS3.3 C.12.1.1.2
[[nodiscard]] std::string dicomTextAsUtf8(std::string_view bytes, std::string_view characterSets);

}  // namespace pulmo
