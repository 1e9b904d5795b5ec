// SPDX-License-Identifier: Apache-2.0
#pragma once

/// NrrdIO and the TIFF reader inside ITK forget what they hold when reading or writing fails, which the tests make them
/// do on purpose; LeakSanitizer need not say so. Include once in a test.
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() {
  return "leak:libITKNrrdIO\nleak:libITKIOTIFF";
}
