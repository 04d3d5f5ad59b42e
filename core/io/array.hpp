// Arrays as the command line names them.
#pragma once

#include <string_view>

#include "core/io/tensor.hpp"

namespace attnscope {

/// "F.npy", "F.safetensors:NAME", or "F.safetensors" when the file holds exactly one array. Up to 8 GiB per .npy file.
/// Errors: another ending, and those of read_file, parse_npy and load_safetensors; each says file and place.
Result<Tensor> load_array(std::string_view spec);

/// An error at the first value that is no finite number: "v.npy: nan at [3, 17]; attention needs finite numbers".
Result<void> require_finite(const Tensor& tensor, std::string_view name);

}  // namespace attnscope
