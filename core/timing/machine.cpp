#include "core/timing/machine.hpp"

#include <fmt/format.h>
#include <oneapi/tbb/info.h>

#include <fstream>

namespace attnscope {

std::string processor_name() {
    std::ifstream file("/proc/cpuinfo");
    for (std::string line; std::getline(file, line);)
        if (const std::size_t colon = line.find(": "); line.starts_with("model name") && colon != std::string::npos)
            return line.substr(colon + 2);
    return "unknown processor";
}

int processor_cores() {
    return oneapi::tbb::info::default_concurrency();
}

std::string machine_name() {
    const int cores = processor_cores();
    return fmt::format("{} ({} {})", processor_name(), cores, cores == 1 ? "core" : "cores");
}

}  // namespace attnscope
