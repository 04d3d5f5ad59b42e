// The files in corpus/npy_fuzz were written by NumPy 2.4 (numpy.save; version2 and version3 by
// numpy.lib.format.write_array) and serve npy_test.cpp as fixtures.
#include <bit>
#include <cstdint>
#include <cstring>

#include "core/io/npy.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    const Result<Tensor> tensor = parse_npy({reinterpret_cast<const char*>(data), size}, "fuzz.npy");
    if (!tensor) {
        check(tensor.error().what.starts_with("fuzz.npy: "), "every error names the file");
        check(tensor.error().what.find('\n') == std::string::npos, "every error is one line");
        return 0;
    }
    check(element_count(tensor->shape) == tensor->size(), "the values fit the shape");
    const Result<Tensor> again = parse_npy(format_npy(tensor->shape, tensor->values), "fuzz.npy");
    check(again && again->shape == tensor->shape, "what is written is read");
    check(
        tensor->size() == 0 || std::memcmp(again->values.data(), tensor->values.data(), 4 * tensor->values.size()) == 0,
        "what is written is read, to the bit");
    return 0;
}
