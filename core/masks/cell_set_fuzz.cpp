// Any bytes: what is read as a set of cells is written and read again as the same set, and painting it away empties it.
#include <cstdint>

#include "core/base/check.hpp"
#include "core/masks/cell_set.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    const std::string text(data, data + size);
    const Result<CellSet> cells = CellSet::parse(text);
    if (!cells) {
        check(cells.error().what.find("byte ") != std::string::npos, "an error does not say where");
        return 0;
    }
    const std::string written = cells->to_text();
    const Result<CellSet> again = CellSet::parse(written);
    check(again.has_value() && *again == *cells, "writing and reading changed the set");
    check(again->to_text() == written, "two texts for one set");
    check(cells->empty() == written.empty(), "an empty set is not an empty text");

    CellSet painted = *cells, rest = *cells;
    for (Index row = 0; row <= CellSet::max_index; ++row)
        for (const KeyRange& range : cells->ranges(row)) {
            check(painted.contains(row, range.begin) && painted.contains(row, range.end - 1),
                  "a range's cell is missing");
            painted.set(row, range, true);
            rest.set(row, range, false);
        }
    check(painted == *cells, "painting what is painted changed the set");
    check(rest.empty(), "cells are left after all were taken out");
    return 0;
}
