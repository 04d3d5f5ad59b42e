#include "assets/embedded.hpp"

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>

namespace attnscope {

std::string_view embedded(std::string_view path) {
    for (const detail::EmbeddedFile* file = detail::embedded_files; file->path != nullptr; ++file)
        if (path == file->path) return {file->begin, static_cast<std::size_t>(file->end - file->begin)};
    std::fprintf(stderr, "attnscope: broken invariant: no embedded file %.*s\n", static_cast<int>(path.size()),
                 path.data());
    std::abort();
}

std::vector<std::string_view> embedded_paths(std::string_view prefix) {
    std::vector<std::string_view> paths;
    for (const detail::EmbeddedFile* file = detail::embedded_files; file->path != nullptr; ++file)
        if (std::string_view(file->path).starts_with(prefix)) paths.emplace_back(file->path);
    std::sort(paths.begin(), paths.end());
    return paths;
}

std::string embedded_or_newer(std::string_view path) {
#ifdef ATTNSCOPE_RELOAD_FROM
    std::ifstream file(ATTNSCOPE_RELOAD_FROM + std::string(path), std::ios::binary);
    if (file) return {std::istreambuf_iterator<char>(file), {}};
#endif
    return std::string(embedded(path));
}

std::int64_t embedded_stamp([[maybe_unused]] std::string_view path) {
#ifdef ATTNSCOPE_RELOAD_FROM
    std::error_code missing;
    const auto time = std::filesystem::last_write_time(ATTNSCOPE_RELOAD_FROM + std::string(path), missing);
    if (!missing) return static_cast<std::int64_t>(time.time_since_epoch().count());
#endif
    return 0;
}

}  // namespace attnscope
