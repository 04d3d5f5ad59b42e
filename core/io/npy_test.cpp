#include "core/io/npy.hpp"

#include <gmock/gmock.h>

#include <bit>
#include <cmath>

#include "core/io/temp_folder.hpp"
#include "project_paths.hpp"

namespace attnscope {
namespace npy_test {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

/// What numpy.save wrote (see npy_fuzz.cpp).
std::string fixture(const std::string& name) {
    return content_of(ATTNSCOPE_SOURCE_DIR "/core/io/corpus/npy_fuzz/" + name + ".npy");
}

Result<Tensor> parse_fixture(const std::string& name) {
    return parse_npy(fixture(name), name + ".npy");
}

/// A version 1.0 file with this header and this many bytes of zeros behind it.
std::string made(const std::string& header, std::size_t data) {
    std::string bytes = "\x93NUMPY\x01";
    bytes += '\0';
    bytes += static_cast<char>(header.size() & 0xFFU);
    bytes += static_cast<char>(header.size() >> 8U);
    return bytes + header + std::string(data, '\0');
}

std::string header_error(const std::string& header, std::size_t data = 0) {
    const std::string what = error_of(parse_npy(made(header, data), "v.npy"));
    EXPECT_THAT(what, StartsWith("v.npy: "));
    return what;
}

std::string with_shape(const std::string& shape) {
    return "{'descr': '<f4', 'fortran_order': False, 'shape': " + shape + "}";
}

// The values are what NumPy itself says of [0, -1.5, 2^-14, 65504, 0.333, -3e-7] in each dtype.
TEST(Npy, ReadsWhatNumpyWroteInHalfSingleAndDouble) {
    for (const std::string name : {"f4", "f8", "version2", "version3"}) {
        const auto tensor = parse_fixture(name);
        ASSERT_TRUE(tensor) << error_of(tensor);
        EXPECT_THAT(tensor->shape, ElementsAre(2, 3));
        EXPECT_THAT(tensor->values, ElementsAre(0.F, -1.5F, 0x1p-14F, 65504.F, 0.333F, -3e-7F)) << name;
    }
    const auto half = parse_fixture("f2");
    ASSERT_TRUE(half) << error_of(half);
    EXPECT_THAT(half->values, ElementsAre(0.F, -1.5F, 0x1p-14F, 65504.F, 0x1.55p-2F, -0x1.4p-22F));
}

TEST(Npy, ReadsEveryRankAndEmptyArrays) {
    const auto line = parse_fixture("line"), single = parse_fixture("single"), empty = parse_fixture("empty");
    const auto heads = parse_fixture("heads");
    ASSERT_TRUE(line && single && empty && heads);
    EXPECT_THAT(line->shape, ElementsAre(5));
    EXPECT_THAT(line->values, ElementsAre(0, 1, 2, 3, 4));
    EXPECT_THAT(single->shape, IsEmpty());
    EXPECT_THAT(single->values, ElementsAre(2.5F));
    EXPECT_THAT(empty->shape, ElementsAre(0, 4));
    EXPECT_THAT(empty->values, IsEmpty());
    EXPECT_THAT(heads->shape, ElementsAre(2, 3, 4));
    EXPECT_EQ(heads->values.at(1 * 12 + 2 * 4 + 3), 23);
}

TEST(Npy, WritesWhatNumpyWritesToTheByte) {
    for (const std::string name : {"f4", "line", "single", "empty", "heads"}) {
        const auto tensor = parse_fixture(name);
        ASSERT_TRUE(tensor) << error_of(tensor);
        EXPECT_EQ(format_npy(tensor->shape, tensor->values), fixture(name)) << name;
    }
}

TEST(Npy, KeepsEveryBitOfEveryFloatItWrites) {
    const std::vector<float> values = {-0.F, INFINITY, -INFINITY, std::bit_cast<float>(0x7FC12345U), 1e-45F};
    const std::vector<Index> shape = {5};
    const auto tensor = parse_npy(format_npy(shape, values), "v.npy");
    ASSERT_TRUE(tensor) << error_of(tensor);
    for (std::size_t i = 0; i < 5; ++i)
        EXPECT_EQ(std::bit_cast<std::uint32_t>(tensor->values[i]), std::bit_cast<std::uint32_t>(values[i]));
}

TEST(Npy, WidensEveryHalfExactly) {
    std::string bytes = made("{'descr': '<f2', 'fortran_order': False, 'shape': (65536,), }", 0);
    for (unsigned i = 0; i < 65536; ++i) (bytes += static_cast<char>(i & 0xFFU)) += static_cast<char>(i >> 8U);
    const auto tensor = parse_npy(bytes, "v.npy");
    ASSERT_TRUE(tensor) << error_of(tensor);
    for (unsigned i = 0; i < 65536; ++i) {
        const int exponent = static_cast<int>((i >> 10U) & 31U), fraction = static_cast<int>(i & 1023U);
        const float x = tensor->values[i];
        ASSERT_EQ(std::signbit(x), i >= 32768);
        if (exponent == 31 && fraction != 0) {
            ASSERT_TRUE(std::isnan(x));
        } else if (exponent == 31) {
            ASSERT_TRUE(std::isinf(x));
        } else {
            const double expected =
                exponent == 0 ? std::ldexp(fraction, -24) : std::ldexp(1024 + fraction, exponent - 25);
            ASSERT_EQ(std::abs(static_cast<double>(x)), expected);
        }
    }
}

std::string doubles(const std::vector<double>& values) {
    const std::string header =
        "{'descr': '<f8', 'fortran_order': False, 'shape': (1, " + std::to_string(values.size()) + ")}";
    std::string bytes = made(header, 0);
    return bytes.append(reinterpret_cast<const char*>(values.data()), 8 * values.size());
}

TEST(Npy, RoundsDoublesToTheNearestFloatAndKeepsInfinities) {
    const auto tensor = parse_npy(doubles({0.1, 1 + 0x1p-25, 0x1.fffffefffffffp127, INFINITY, 1e-60}), "v.npy");
    ASSERT_TRUE(tensor) << error_of(tensor);
    EXPECT_THAT(tensor->values, ElementsAre(0.1F, 1.F, 0x1.fffffep127F, INFINITY, 0.F));
}

TEST(Npy, RefusesADoubleBeyondTheRangeOfFloatWithItsPlace) {
    EXPECT_THAT(error_of(parse_npy(doubles({1, -1e300}), "v.npy")),
                StartsWith("v.npy: -1e+300 at [0, 1] is beyond the range of float32"));
    EXPECT_THAT(error_of(parse_npy(doubles({0x1.ffffffp127}), "v.npy")), HasSubstr("at [0, 0] is beyond the range"));
}

TEST(Npy, AcceptsOtherMarksOfTheNativeByteOrderAndOtherLayoutsOfTheHeader) {
    for (const std::string header : {"{'descr': '=f4', 'fortran_order': False, 'shape': (2, 3), }      \n",
                                     "{'descr':'|f4','fortran_order':False,'shape':(2,3)}",
                                     "{\"shape\": (2L, 3L,), \"fortran_order\": False, \"descr\": \"f4\"}",
                                     " { 'descr' : '<f4' , 'shape' : ( 2 , 3 ) ,\n'fortran_order' : False , } "}) {
        const auto tensor = parse_npy(made(header, 24), "v.npy");
        ASSERT_TRUE(tensor) << error_of(tensor);
        EXPECT_THAT(tensor->shape, ElementsAre(2, 3));
    }
}

TEST(Npy, RefusesFortranOrderAndSaysHowToSaveIt) {
    EXPECT_THAT(error_of(parse_fixture("fortran")),
                AllOf(StartsWith("fortran.npy: Fortran order"), HasSubstr("numpy.ascontiguousarray")));
}

TEST(Npy, RefusesBigEndianAndSaysHowToSaveIt) {
    EXPECT_THAT(error_of(parse_fixture("big_endian")),
                AllOf(HasSubstr("'>f4' is big endian"), HasSubstr("astype('<f4')")));
}

TEST(Npy, RefusesOtherDtypesByName) {
    EXPECT_THAT(error_of(parse_fixture("int64")),
                AllOf(HasSubstr("'<i8' is an integer type"), HasSubstr("astype('<f4')")));
    EXPECT_THAT(error_of(parse_fixture("complex")), HasSubstr("'<c8' is a complex type"));
    EXPECT_THAT(error_of(parse_fixture("bool")), HasSubstr("'|b1' is a truth value"));
    EXPECT_THAT(error_of(parse_fixture("object")), HasSubstr("'|O' is a Python object type"));
    EXPECT_THAT(error_of(parse_fixture("text")), HasSubstr("'<U2' is a text type"));
    EXPECT_THAT(error_of(parse_fixture("longdouble")), HasSubstr("'<f16' is not read"));
    EXPECT_THAT(error_of(parse_fixture("structured")), HasSubstr("a structured dtype"));
    EXPECT_THAT(header_error("{'descr': '', 'fortran_order': False, 'shape': ()}"), HasSubstr("dtype '' is not read"));
}

TEST(Npy, RefusesEveryTruncationOfAFile) {
    const std::string bytes = fixture("heads");
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_THAT(error_of(parse_npy(bytes.substr(0, size), "v.npy")), StartsWith("v.npy: cut short: ")) << size;
}

TEST(Npy, SaysHowManyBytesAreThereAndHowManyAreNeeded) {
    const std::string bytes = fixture("f4");
    EXPECT_EQ(error_of(parse_npy(bytes.substr(0, 140), "v.npy")),
              "v.npy: cut short: shape [2, 3] of '<f4' needs 24 bytes from byte 128 on, there are 12");
    EXPECT_EQ(error_of(parse_npy(bytes + "x", "v.npy")),
              "v.npy: too long: shape [2, 3] of '<f4' needs 24 bytes from byte 128 on, there are 25");
    EXPECT_EQ(error_of(parse_npy(bytes.substr(0, 50), "v.npy")),
              "v.npy: cut short: the header ends at byte 128, the file at byte 50");
}

TEST(Npy, RefusesShapesThatLie) {
    EXPECT_THAT(header_error(with_shape("(1000000, 1000000)"), 24), HasSubstr("cut short: shape [1000000, 1000000]"));
    EXPECT_THAT(header_error(with_shape("(4294967296, 4294967296)"), 24), HasSubstr("more than any file can hold"));
    EXPECT_THAT(header_error(with_shape("(9223372036854775807,)"), 24), HasSubstr("more than any file can hold"));
    EXPECT_THAT(header_error(with_shape("(9223372036854775808,)"), 24), HasSubstr("more than a 64-bit number"));
    EXPECT_THAT(header_error(with_shape("(-1, 3)")), HasSubstr("a number that is not negative"));
    EXPECT_THAT(header_error(with_shape("(9223372036854775807, 9223372036854775807, 0)"), 4),
                HasSubstr("needs 0 bytes"));
    std::string many = "(";
    for (int i = 0; i < 65; ++i) many += "1, ";
    EXPECT_THAT(header_error(with_shape(many + ")"), 4), HasSubstr("more than 64 dimensions"));
}

TEST(Npy, RefusesAHeaderThatIsNotTheDictWithThePlace) {
    EXPECT_THAT(header_error("[1, 2]"), HasSubstr("the header is wrong at byte 10: '{' expected"));
    EXPECT_THAT(header_error(""), HasSubstr("'{' expected"));
    EXPECT_THAT(header_error("{}"), HasSubstr("the key 'descr' is missing"));
    EXPECT_THAT(header_error("{'descr': '<f4', 'shape': ()}"), HasSubstr("the key 'fortran_order' is missing"));
    EXPECT_THAT(header_error("{'descr': '<f4', 'descr': '<f4'}"), HasSubstr("at byte 27: repeated key 'descr'"));
    EXPECT_THAT(header_error("{'color': 3}"), HasSubstr("unknown key 'color'"));
    EXPECT_THAT(header_error("{'descr': 4}"), HasSubstr("a string in quotes expected"));
    EXPECT_THAT(header_error("{'descr': '<f4"), HasSubstr("without its closing quote"));
    EXPECT_THAT(header_error("{'fortran_order': 0}"), HasSubstr("True or False expected"));
    EXPECT_THAT(header_error(with_shape("3")), HasSubstr("'(' expected"));
    EXPECT_THAT(header_error(with_shape("(3)")), HasSubstr("needs a comma, as in (3,)"));
    EXPECT_THAT(header_error(with_shape("(3 4)")), HasSubstr("',' expected"));
    EXPECT_THAT(header_error(with_shape("(2, 3)") + "x", 24), HasSubstr("something follows the dict"));
    EXPECT_THAT(header_error("{'descr': '<f4' 'shape'"), HasSubstr("',' expected"));
}

TEST(Npy, RefusesOtherFilesAndOtherVersions) {
    EXPECT_THAT(error_of(parse_npy("PK\x03\x04 an archive", "v.npz")),
                AllOf(StartsWith("v.npz: no .npy file"), HasSubstr("numpy.save")));
    std::string bytes = fixture("f4");
    bytes[6] = 4;
    EXPECT_THAT(error_of(parse_npy(bytes, "v.npy")), HasSubstr("version 4.0 is not known, 1.0, 2.0 and 3.0 are"));
    std::string huge = "\x93NUMPY\x02";
    huge += '\0';
    huge += std::string("\0\0\x20\0", 4);
    EXPECT_THAT(error_of(parse_npy(huge, "v.npy")), HasSubstr("cut short"));
    huge.resize(12 + 0x200000, ' ');
    EXPECT_THAT(error_of(parse_npy(huge, "v.npy")), HasSubstr("the header claims 2097152 bytes"));
}

TEST(Npy, ErrorsStayOneLineWhateverTheFileSays) {
    EXPECT_THAT(error_of(parse_npy(made("{'a\nb': 1}", 0), "v\n.npy")),
                AllOf(StartsWith("v\\x0a.npy: "), HasSubstr("'a\\x0ab'")));
}

}  // namespace npy_test
}  // namespace attnscope
