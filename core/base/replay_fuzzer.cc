// The main() of a fuzzer where libFuzzer is not linked: runs it over every file of its corpus folder, each also cut
// short and with single bytes changed, so that an ordinary test run covers the reader with hostile input.
#include <cstdint>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <vector>

#include "core/base/random.hpp"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

int main(int argc, char** argv) {
    if (argc != 2) {
        std::fprintf(stderr, "usage: %s CORPUS_FOLDER\n", argv[0]);
        return 2;
    }
    int files = 0;
    long inputs = 0;
    const auto run = [&](const std::vector<std::uint8_t>& bytes) {
        LLVMFuzzerTestOneInput(bytes.data(), bytes.size());
        ++inputs;
    };
    for (const auto& entry : std::filesystem::directory_iterator(argv[1])) {
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<char> chars{std::istreambuf_iterator<char>(file), {}};
        const std::vector<std::uint8_t> whole(chars.begin(), chars.end());
        ++files;
        run(whole);
        attnscope::Random random(attnscope::stable_hash(entry.path().filename().string()));
        for (int i = 0; i < 200 && !whole.empty(); ++i) {
            std::vector<std::uint8_t> changed = whole;
            if (i % 3 == 0) changed.resize(random.bits() % changed.size());
            for (unsigned k = 0; k < 1 + random.bits() % 4 && !changed.empty(); ++k)
                changed[random.bits() % changed.size()] = static_cast<std::uint8_t>(random.bits());
            run(changed);
        }
    }
    std::printf("%d corpus files, %ld inputs\n", files, inputs);
    if (files == 0) {
        std::fprintf(stderr, "%s: the corpus is empty\n", argv[1]);
        return 1;
    }
    return 0;
}
