// SPDX-License-Identifier: Apache-2.0
#pragma once
#include <filesystem>
#include <functional>
#include <string_view>

namespace pulmo {

enum class Overwrite { Refuse, Replace };

/// Makes a file whole or not at all: `write` fills a temporary file beside the target, which is
/// then synced and renamed. Whatever fails, the target is as it was and the temporary is gone.
///
/// @param write  gets the temporary's path (same folder, same extension in lower case, hidden) and throws on failure
/// @throws Error{Io} if the target exists and overwrite is Refuse, checked before and after writing;
///         for a missing or unwritable folder, a full disk, or whatever `write` threw, said of the target
void writeAtomically(const std::filesystem::path& target, Overwrite overwrite,
                     const std::function<void(const std::filesystem::path& temporary)>& write);

/// The same for bytes in memory.
void writeAtomically(const std::filesystem::path& target, Overwrite overwrite, std::string_view bytes);

/// @throws Error{Io} "X exists already..." if overwrite is Refuse and the target exists. For asking
/// early, before minutes of work whose result could not be saved.
void requireWritable(const std::filesystem::path& target, Overwrite overwrite);

}  // namespace pulmo
