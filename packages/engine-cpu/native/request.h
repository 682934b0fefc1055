#pragma once
// Reads a training request from JavaScript. Every array is checked for its type and length before a thread sees it.
#include <napi.h>

#include "running-job.h"

namespace collapsar {

Numerics readNumerics(const Napi::Object& request);

// Fills the job and lets it copy what it must own. Throws Napi::Error with the name of the field at fault.
void readRequest(const Napi::Object& request, Numerics numerics, RunningJob& running);

}  // namespace collapsar
