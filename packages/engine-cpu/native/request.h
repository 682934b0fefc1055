#pragma once
// Reads a training request from JavaScript. Every array is checked for its type and length before a thread sees it.
#include <napi.h>

#include "running-job.h"

namespace collapsar {

// Fills the job and lets it copy what it must own. Throws Napi::Error with the name of the field at fault.
void readRequest(const Napi::Object& request, bool binary64, RunningJob& running);

}  // namespace collapsar
