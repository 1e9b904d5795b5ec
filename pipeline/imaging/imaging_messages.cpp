// SPDX-License-Identifier: Apache-2.0
#include "pipeline/imaging/imaging_messages.h"

#include <itkOutputWindow.h>
#include <unistd.h>

#include <utility>

namespace pulmo {

namespace {

class MessageWindow : public itk::OutputWindow {
 public:
  using Self = MessageWindow;
  using Pointer = itk::SmartPointer<Self>;
  itkFactorylessNewMacro(Self);

  void DisplayText(const char* text) override { show(text, false); }
  void DisplayErrorText(const char* text) override { show(text, true); }

  std::function<void(bool)> told;

 private:
  void show(const char* text, bool error) {
    if (told) told(error);
    if (isatty(STDERR_FILENO) != 0) itk::OutputWindow::DisplayText(text);
  }
};

}  // namespace

void redirectImagingMessages(std::function<void(bool error)> told) {
  const auto window = MessageWindow::New();
  window->told = std::move(told);
  itk::OutputWindow::SetInstance(window);
}

}  // namespace pulmo
