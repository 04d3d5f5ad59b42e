// What the measurements were made on.
#pragma once

#include <string>

namespace attnscope {

/// "AMD EPYC 9754"; where the system does not tell, "unknown processor".
std::string processor_name();
/// How many threads oneTBB would use.
int processor_cores();
/// "AMD EPYC 9754 (2 cores)"
std::string machine_name();

}  // namespace attnscope
