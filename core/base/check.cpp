#include "core/base/check.hpp"

#include <cstdio>
#include <cstdlib>

namespace attnscope {

void check_failed(std::string_view what, SourcePlace where) {
    std::fprintf(stderr, "attnscope: broken invariant: %.*s (%s:%d, %s)\n", static_cast<int>(what.size()), what.data(),
                 where.file, where.line, where.function);
    std::abort();
}

}  // namespace attnscope
