#include "core/io/array.hpp"

#include <gmock/gmock.h>

#include <cmath>

#include "core/io/npy.hpp"
#include "core/io/temp_folder.hpp"
#include "project_paths.hpp"

namespace attnscope {
namespace array_test {

using testing::ElementsAre;
using testing::EndsWith;
using testing::HasSubstr;

std::string corpus(const std::string& name) {
    return ATTNSCOPE_SOURCE_DIR "/core/io/corpus/" + name;
}

TEST(LoadArray, FindsTheReaderByTheEnding) {
    const auto npy = load_array(corpus("npy_fuzz/heads.npy"));
    ASSERT_TRUE(npy) << error_of(npy);
    EXPECT_THAT(npy->shape, ElementsAre(2, 3, 4));
    for (const std::string name : {"safetensors_fuzz/mixed.safetensors:half", "safetensors_fuzz/one.safetensors",
                                   "safetensors_fuzz/one.safetensors:q"}) {
        const auto tensor = load_array(corpus(name));
        ASSERT_TRUE(tensor) << error_of(tensor);
        EXPECT_THAT(tensor->shape, ElementsAre(2, 3));
    }
}

TEST(LoadArray, TheNameOfAnArrayMayLookLikeAFile) {
    EXPECT_THAT(error_of(load_array(corpus("safetensors_fuzz/one.safetensors:w:0.npy"))),
                HasSubstr("no array 'w:0.npy'"));
}

TEST(LoadArray, RefusesOtherEndings) {
    for (const char* const spec : {"a.npz", "a", "", "npy", "a.NPY", "a.pt:q"}) {
        const auto array = load_array(spec);
        EXPECT_THAT(error_of(array), EndsWith("is not the name of an array, F.npy or F.safetensors:NAME is needed"));
        EXPECT_EQ(array.error().code, ErrorCode::usage);
    }
    EXPECT_THAT(error_of(load_array("a.safetensors:")), EndsWith("the name of the array after ':' is missing"));
}

TEST(LoadArray, PassesOnTheErrorsOfFileAndFormat) {
    EXPECT_EQ(error_of(load_array("no such.npy")), "cannot read 'no such.npy': it does not exist");
    EXPECT_THAT(error_of(load_array(corpus("npy_fuzz/fortran.npy"))), HasSubstr("fortran.npy: Fortran order"));
}

TEST(RequireFinite, NamesTheFirstBadValueAndItsPlace) {
    Tensor tensor{{4, 20}, std::vector<float>(80, 1.F)};
    EXPECT_TRUE(require_finite(tensor, "v.npy"));
    tensor.values[3 * 20 + 17] = NAN;
    tensor.values[3 * 20 + 18] = INFINITY;
    EXPECT_EQ(error_of(require_finite(tensor, "v.npy")), "v.npy: nan at [3, 17]; attention needs finite numbers");
    tensor.values[20] = -INFINITY;
    EXPECT_EQ(error_of(require_finite(tensor, "v.npy")), "v.npy: -inf at [1, 0]; attention needs finite numbers");
    EXPECT_EQ(error_of(require_finite({{}, {INFINITY}}, "v.npy")), "v.npy: inf at []; attention needs finite numbers");
    EXPECT_TRUE(require_finite({{0, 3}, {}}, "v.npy"));
}

}  // namespace array_test
}  // namespace attnscope
