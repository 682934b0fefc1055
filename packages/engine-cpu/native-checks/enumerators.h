#pragma once
// How many values an enumeration of native/job.h has, so that a value added there is drawn here without being told.
#include <string_view>

namespace collapsar {

// The compiler spells a value that has no name as a cast: (collapsar::Loss)3.
template <auto value>
constexpr bool isEnumerator() {
  constexpr std::string_view spelled = __PRETTY_FUNCTION__;
  return spelled[spelled.find("value = ") + 8] != '(';
}

// Values are consecutive from 0.
template <class Enumeration, int count = 0>
constexpr int enumeratorCount() {
  if constexpr (isEnumerator<static_cast<Enumeration>(count)>()) {
    return enumeratorCount<Enumeration, count + 1>();
  } else {
    return count;
  }
}

}  // namespace collapsar
