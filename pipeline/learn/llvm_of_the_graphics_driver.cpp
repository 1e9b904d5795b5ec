// SPDX-License-Identifier: Apache-2.0
//
// Debian 13's LibTorch 2.6 carries an LLVM inside and shows some of its C functions to the whole process. Mesa's
// software renderer, loaded later, then finds those in place of its own LLVM's: it readies the wrong LLVM and falls
// over a null pointer when the first window is drawn. These functions stand before LibTorch's in the order of symbol
// lookup and hand the call to the LLVM that Mesa brought. LibTorch itself needs them for its fuser alone, which is not
// used here. Compiled only against a LibTorch that shows them (pipeline/learn/CMakeLists.txt).
#ifdef PULMO_TORCH_SHOWS_LLVM
#include <dlfcn.h>
#include <link.h>

#include <cstring>

namespace {

int noteLlvm(dl_phdr_info* info, std::size_t, void* path) {
  const char* name = std::strrchr(info->dlpi_name, '/');
  if (name == nullptr || std::strncmp(name, "/libLLVM", 8) != 0) return 0;
  *static_cast<const char**>(path) = info->dlpi_name;
  return 1;
}

/// The function of that name in the libLLVM that is loaded; null if there is none.
void* inDriversLlvm(const char* function) {
  const char* path = nullptr;
  dl_iterate_phdr(noteLlvm, &path);
  void* library = path == nullptr ? nullptr : dlopen(path, RTLD_LAZY | RTLD_NOLOAD);
  return library == nullptr ? nullptr : dlsym(library, function);
}

void call(const char* function) {
  if (void* found = inDriversLlvm(function)) reinterpret_cast<void (*)()>(found)();
}

}  // namespace

#define PULMO_FORWARD(function) \
  extern "C" void function();   \
  void function() {             \
    call(#function);            \
  }
#define PULMO_FORWARD_TARGET(target)                \
  PULMO_FORWARD(LLVMInitialize##target##AsmPrinter) \
  PULMO_FORWARD(LLVMInitialize##target##Target)     \
  PULMO_FORWARD(LLVMInitialize##target##TargetInfo) \
  PULMO_FORWARD(LLVMInitialize##target##TargetMC)
PULMO_FORWARD_TARGET(X86)
PULMO_FORWARD_TARGET(AArch64)
PULMO_FORWARD_TARGET(AMDGPU)

extern "C" void LLVMParseCommandLineOptions(int count, const char* const* arguments, const char* overview);
void LLVMParseCommandLineOptions(int count, const char* const* arguments, const char* overview) {
  if (void* found = inDriversLlvm("LLVMParseCommandLineOptions"))
    reinterpret_cast<decltype(&LLVMParseCommandLineOptions)>(found)(count, arguments, overview);
}
#endif
