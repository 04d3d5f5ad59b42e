#include "app/panels/own_vectors.hpp"

#include <utility>

namespace attnscope {
namespace {

Result<std::shared_ptr<const WordVectors>> load(const std::string& path, const Progress& /*progress*/) {
    Result<WordVectors> loaded = load_text_vectors(path);
    if (!loaded) return loaded.error();
    return std::shared_ptr<const WordVectors>(std::make_shared<const WordVectors>(std::move(*loaded)));
}

}  // namespace

OwnVectors::OwnVectors(std::function<void()> wake)
    : job_(load, {.describe = [](const std::string& path) { return path; }, .wake = std::move(wake)}) {}

Result<std::shared_ptr<const WordVectors>> OwnVectors::get(const std::string& path) {
    if (path.empty()) {
        if (!path_.empty()) job_.cancel();
        path_.clear();
        return std::shared_ptr<const WordVectors>();
    }
    path_ = path;
    job_.submit(path);
    const auto& loaded = job_.poll();
    if (loaded.error) return *loaded.error;
    if (!loaded.value || *loaded.request != path) return std::shared_ptr<const WordVectors>();
    return *loaded.value;
}

}  // namespace attnscope
