// Safetensors files: many named arrays behind one JSON header. Format: https://huggingface.co/docs/safetensors
// (8 bytes: the header's length N, little endian; N bytes of JSON; the data, which the arrays cover without a gap).
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "core/io/tensor.hpp"

namespace attnscope {

/// The array `tensor_name` of a safetensors file; with an empty name the only array there is. Reads F16, BF16, F32,
/// F64. Every error begins with `file_name`: a header longer than the file, or no JSON of the agreed form, or nested
/// deeper, or with a name twice; data_offsets that leave the file, overlap, leave a gap, or do not fit shape and dtype
/// (of any array, not only the one asked for: such a file is damaged); an unknown name (lists up to 8 that are there);
/// another dtype. Cost: one pass over the header and the one array. Memory: in proportion to header and array, never to
/// a claimed size.
Result<Tensor> parse_safetensors(std::string_view bytes, std::string_view tensor_name, std::string_view file_name);

/// The same from a file, of which only the header and the one array are read. Errors also as read_file_part.
Result<Tensor> load_safetensors(const std::filesystem::path& path, std::string_view tensor_name);

/// What a file holds, in the order of its header.
struct ArrayInfo {
    std::string name;
    std::vector<Index> shape;
};

/// Reads the header alone. Errors: those of load_safetensors() about the header.
Result<std::vector<ArrayInfo>> list_safetensors(const std::filesystem::path& path);

}  // namespace attnscope
