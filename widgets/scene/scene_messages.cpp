// SPDX-License-Identifier: Apache-2.0
#include "widgets/scene/scene_messages.h"

#include <unistd.h>
#include <vtkLogger.h>
#include <vtkObjectFactory.h>
#include <vtkOutputWindow.h>
#include <vtkSmartPointer.h>

#include <utility>

namespace pulmo {

namespace {

class MessageWindow : public vtkOutputWindow {
 public:
  static MessageWindow* New();
  vtkTypeMacro(MessageWindow, vtkOutputWindow);

  void DisplayText(const char* text) override {
    const MessageTypes type = GetCurrentMessageType();
    if (type != MESSAGE_TYPE_DEBUG && told) told(type == MESSAGE_TYPE_ERROR);
    if (terminal) vtkOutputWindow::DisplayText(text);
  }

  std::function<void(bool)> told;
  bool terminal = isatty(STDERR_FILENO) != 0;
};
vtkStandardNewMacro(MessageWindow);

}  // namespace

void redirectSceneMessages(std::function<void(bool error)> told) {
  const auto window = vtkSmartPointer<MessageWindow>::New();
  window->told = std::move(told);
  if (!window->terminal) vtkLogger::SetStderrVerbosity(vtkLogger::VERBOSITY_OFF);  // it prints by itself, too
  vtkOutputWindow::SetInstance(window);
}

}  // namespace pulmo
