// The files in corpus/safetensors_fuzz were written by safetensors 0.8 (safetensors.numpy.save_file) and serve
// safetensors_test.cpp as fixtures.
#include <cstdint>

#include "core/io/safetensors.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    using namespace attnscope;
    const std::string_view bytes(reinterpret_cast<const char*>(data), size);
    for (const std::string_view name : {"", "half", "brain", "single", "double", "q"}) {
        const Result<Tensor> tensor = parse_safetensors(bytes, name, "fuzz.safetensors");
        if (tensor) {
            check(element_count(tensor->shape) == tensor->size(), "the values fit the shape");
            continue;
        }
        check(tensor.error().what.starts_with("fuzz.safetensors:"), "every error names the file");
        check(tensor.error().what.find('\n') == std::string::npos, "every error is one line");
    }
    return 0;
}
