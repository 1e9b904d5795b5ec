// SPDX-License-Identifier: Apache-2.0
#pragma once

namespace pulmo {

/// Makes the C library keep freed memory instead of giving every large activation back to the system and faulting it
/// in again: five to ten times the speed of a network on the processor with glibc. Without glibc it does nothing.
/// @thread any; the first call counts; best before other threads start, since their heaps stay as they are
void tuneAllocator();

/// Gives memory that is free now back to the system: after a network's work.
void trimAllocator();

}  // namespace pulmo
