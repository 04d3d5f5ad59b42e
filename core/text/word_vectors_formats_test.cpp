// The two formats of word vectors: the asset's and the text form of GloVe and fastText.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "assets/embedded.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope {
namespace word_vectors_formats_test {

using testing::AllOf;
using testing::HasSubstr;

std::string valid_bytes() {
    Matrix rows(2, 3);
    rows << 1, -0.5F, 0.25F, 65504, 0, 0.333F;
    return write_vectors(WordVectors({"king", "\u05DE\u05DC\u05DA"}, rows, "a note"));
}

std::string binary_error(std::string_view bytes) {
    const Result<WordVectors> result = parse_vectors(bytes);
    return result ? "no error" : result.error().what;
}

std::string text_error(std::string_view text) {
    const Result<WordVectors> result = read_text_vectors(text, "my.vec");
    return result ? "no error" : result.error().what;
}

std::string with_byte(std::string bytes, std::size_t at, char value) {
    bytes[at] = value;
    return bytes;
}

TEST(BinaryVectors, ComeBackWithHalfPrecision) {
    const Result<WordVectors> back = parse_vectors(valid_bytes());
    ASSERT_TRUE(back.has_value()) << back.error().what;
    EXPECT_EQ(back->note(), "a note");
    EXPECT_EQ(back->word(1), "\u05DE\u05DC\u05DA");
    EXPECT_EQ(back->rows()(0, 1), -0.5F);
    EXPECT_EQ(back->rows()(1, 0), 65504);
    EXPECT_NEAR(back->rows()(1, 2), 0.333F, 0.333F / 2048);
    EXPECT_EQ(write_vectors(*back), valid_bytes());
}

TEST(BinaryVectors, TheLayoutIsTheDocumentedOne) {
    const std::string bytes = write_vectors(WordVectors({"a"}, Matrix::Constant(1, 1, 1.0F), "n"));
    const std::string expected("AttnVec\0\1\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\2\0\0\0na\n\x00\x3C", 8 + 20 + 1 + 2 + 2);
    EXPECT_EQ(bytes, expected);
}

TEST(BinaryVectors, TheAssetIsWhatTheWriterWrites) {
    const std::string_view asset = embedded("assets/embedded/word_vectors.bin");
    EXPECT_LT(asset.size(), 1000000U);
    EXPECT_TRUE(write_vectors(built_in_vectors()) == asset);
}

TEST(BinaryVectors, RefuseEveryCutAndEveryAddedByte) {
    const std::string bytes = valid_bytes();
    for (std::size_t size = 0; size < bytes.size(); ++size)
        ASSERT_FALSE(parse_vectors(std::string_view(bytes).substr(0, size)).has_value()) << size;
    EXPECT_THAT(binary_error(bytes.substr(0, 10)), AllOf(HasSubstr("10 bytes are too few"), HasSubstr("28")));
    EXPECT_THAT(binary_error(bytes.substr(0, bytes.size() - 1)), HasSubstr("cut or damaged"));
    EXPECT_THAT(binary_error(bytes + "x"), HasSubstr("describes 58 bytes, the file has 59"));
}

TEST(BinaryVectors, RefuseHeadersThatLie) {
    const std::string bytes = valid_bytes();
    EXPECT_THAT(binary_error(with_byte(bytes, 0, 'B')), HasSubstr("does not begin with \"AttnVec\""));
    EXPECT_THAT(binary_error(with_byte(bytes, 8, 2)), HasSubstr("version 2 is unknown"));
    EXPECT_THAT(binary_error(with_byte(bytes, 12, 0)), HasSubstr("number of words is 0"));
    EXPECT_THAT(binary_error(with_byte(bytes, 15, '\xFF')), HasSubstr("cut or damaged"));
    EXPECT_THAT(binary_error(with_byte(bytes, 16, 0)), HasSubstr("0 dimensions"));
    EXPECT_THAT(binary_error(with_byte(bytes, 19, '\xFF')), HasSubstr("dimensions, must be 1 to 65536"));
    EXPECT_THAT(binary_error(with_byte(bytes, 23, '\xFF')), HasSubstr("cut or damaged"));
    // One word fewer and dim 6 fill the same bytes.
    EXPECT_THAT(binary_error(with_byte(with_byte(bytes, 12, 1), 16, 6)), HasSubstr("says 1 words, there are 2"));
}

TEST(BinaryVectors, RefuseBadWordsAndNumbersWithTheirOffset) {
    const std::string bytes = valid_bytes();  // note at 28, "king\n" at 34, 6 letters and '\n' at 39, rows at 46
    EXPECT_THAT(binary_error(with_byte(bytes, 28, '\xFF')), AllOf(HasSubstr("the note"), HasSubstr("UTF-8")));
    EXPECT_THAT(binary_error(with_byte(bytes, 35, '\xFF')), AllOf(HasSubstr("offset 34"), HasSubstr("UTF-8")));
    EXPECT_THAT(binary_error(with_byte(bytes, 34, '\n')), AllOf(HasSubstr("offset 34"), HasSubstr("empty word")));
    EXPECT_THAT(binary_error(with_byte(bytes, 45, 'x')), AllOf(HasSubstr("offset 39"), HasSubstr("no end of line")));
    EXPECT_THAT(binary_error(with_byte(bytes, 49, '\x7C')), AllOf(HasSubstr("offset 48"), HasSubstr("not finite")));
    std::string twice = write_vectors(WordVectors({"a", "b"}, Matrix::Ones(2, 1), ""));
    EXPECT_THAT(binary_error(with_byte(twice, 30, 'a')), AllOf(HasSubstr("\"a\""), HasSubstr("twice")));
}

TEST(TextVectors, ReadWithAndWithoutHeaderAndWithEveryLineEnd) {
    for (const char* text : {"king 1 -2.5e-1\nqueen +3 4\n", "2 2\nking 1 -0.25\nqueen 3 4",
                             "king 1 -0.25\r\nqueen 3 4\r\n", "\xEF\xBB\xBFking\t1\t-0.25 \n\n  \nqueen  3 4 \n"}) {
        const Result<WordVectors> vectors = read_text_vectors(text, "my.vec");
        ASSERT_TRUE(vectors.has_value()) << text << vectors.error().what;
        EXPECT_EQ(vectors->size(), 2);
        EXPECT_EQ(vectors->dim(), 2);
        EXPECT_EQ(vectors->word(0), "king");
        EXPECT_EQ(vectors->rows()(0, 1), -0.25F);
        EXPECT_EQ(vectors->rows()(1, 0), 3.0F);
        EXPECT_EQ(vectors->note(), "my.vec");
        EXPECT_EQ(vectors->duplicates, 0);
    }
}

TEST(TextVectors, KeepTheFirstOfRepeatedWordsAndCountTheOthers) {
    const Result<WordVectors> vectors = read_text_vectors("4 1\na 1\na 2\nb 3\na 4\n", "x");
    ASSERT_TRUE(vectors.has_value());
    EXPECT_EQ(vectors->size(), 2);
    EXPECT_EQ(vectors->duplicates, 2);
    EXPECT_EQ(vectors->rows()(0, 0), 1);
    EXPECT_EQ(vectors->rows()(1, 0), 3);
}

TEST(TextVectors, RefuseBadLinesAndNameThem) {
    EXPECT_THAT(text_error("a 1 2\nb 1\n"),
                HasSubstr("my.vec: line 2: 1 numbers after the word, the first word has 2"));
    EXPECT_THAT(text_error("a 1 2\n\nb 1 2 3\n"), HasSubstr("line 3: 3 numbers"));
    EXPECT_THAT(text_error("a\n"), HasSubstr("line 1: a word without numbers"));
    EXPECT_THAT(text_error("a 1 x2\n"), HasSubstr("line 1: number 2: \"x2\" is not a number"));
    EXPECT_THAT(text_error("a 1 2,5\n"), HasSubstr("\"2,5\" is not a number"));
    EXPECT_THAT(text_error("a 1 +\n"), HasSubstr("\"+\" is not a number"));
    EXPECT_THAT(text_error("a 1 \xFF\n"), HasSubstr("number 2: (not UTF-8) is not a number"));
    EXPECT_THAT(text_error("a 1\nb nan\n"), HasSubstr("line 2: number 1: \"nan\" is not finite"));
    EXPECT_THAT(text_error("a -inf\n"), HasSubstr("\"-inf\" is not finite"));
    EXPECT_THAT(text_error("a 1e999\n"), HasSubstr("\"1e999\" is beyond"));
    EXPECT_THAT(text_error("a 1e10\n"), HasSubstr("\"1e10\" is above 1e+09"));
    EXPECT_THAT(text_error("\xFFx 1\n"), AllOf(HasSubstr("line 1"), HasSubstr("byte 0xFF at offset 0")));
    EXPECT_THAT(text_error("a " + std::string(500, 'z') + "\n"),
                AllOf(HasSubstr("..."), testing::SizeIs(testing::Lt(120))));
}

TEST(TextVectors, RefuseFilesWithoutWordsAndHeadersThatLie) {
    EXPECT_THAT(text_error(""), HasSubstr("my.vec: there is no word"));
    EXPECT_THAT(text_error("\n \n"), HasSubstr("no word"));
    EXPECT_THAT(text_error("5 300\n"), HasSubstr("no word"));
    EXPECT_THAT(text_error("3 1\na 1\nb 2\n"), HasSubstr("line 1 says 3 words, there are 2"));
    EXPECT_THAT(text_error("1 3\na 1 2\n"), HasSubstr("line 2: 2 numbers after the word, line 1 says 3"));
    EXPECT_THAT(text_error("99999999999 4000000000\na 1\n"), HasSubstr("line 1 says 4000000000"));
}

TEST(TextVectors, ALongFirstLineAndManyLinesDoNotAskForTheirProduct) {
    std::string text = "w";
    for (int i = 0; i < 50000; ++i) text += " 1";
    for (int i = 0; i < 200000; ++i) text += "\nw";  // the product would be 40 GB
    EXPECT_THAT(text_error(text), HasSubstr("line 2: 0 numbers after the word, the first word has 50000"));
}

TEST(TextVectors, LoadFromAFileAndSayWhenTheyCannot) {
    const std::filesystem::path folder = std::filesystem::path(testing::TempDir()) / "attnscope_text_vectors";
    std::filesystem::create_directories(folder);
    const std::string good = (folder / "good.vec").string(), huge = (folder / "huge.vec").string();
    std::ofstream(good) << "a 1 2\nb 3 4\n";
    const Result<WordVectors> vectors = load_text_vectors(good);
    ASSERT_TRUE(vectors.has_value());
    EXPECT_EQ(vectors->size(), 2);
    EXPECT_EQ(vectors->note(), good);

    std::ofstream(huge) << "a";
    std::filesystem::resize_file(huge, largest_text_vectors + 1);  // a hole, not written out
    EXPECT_THAT(load_text_vectors(huge).error().what, AllOf(HasSubstr("huge.vec"), HasSubstr("more than the limit")));
    EXPECT_THAT(load_text_vectors((folder / "none.vec").string()).error().what, HasSubstr("no such file"));
    EXPECT_EQ(load_text_vectors((folder / "none.vec").string()).error().code, ErrorCode::io);
    EXPECT_THAT(load_text_vectors(folder.string()).error().what, HasSubstr("not a regular file"));
    std::filesystem::remove_all(folder);
}

}  // namespace word_vectors_formats_test
}  // namespace attnscope
