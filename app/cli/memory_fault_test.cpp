// Memory runs out at every moment of a command, one after the other: it says so or gives the right result, writes a
// whole file or none, and the next command works.
#include "core/base/failing_memory.hpp"

#include <gtest/gtest.h>

#include <functional>
#include <new>
#include <optional>
#include <system_error>

#include "app/cli/commands.hpp"
#include "app/cli/compute.hpp"
#include "core/io/npy.hpp"
#include "core/io/temp_folder.hpp"

namespace attnscope {
namespace memory_fault_test {

// CLI11 ends the program when memory runs out while the command line is declared, so what follows that is called
// itself; and the JSON library does while it frees what is nested, so the data are CSV.
struct Command {
    std::string name;
    std::function<Result<std::string>(const std::string& array, const std::string& out)> run;
};

void PrintTo(const Command& command, std::ostream* out) {
    *out << command.name;
}

Command data(const std::string& name, const std::string& panel, const std::vector<std::string>& assign) {
    return {name, [panel, assign](const std::string&, const std::string& out) {
                return run_data({.panel = {.panel = panel, .state = {}, .assign = assign, .out = out, .language = {}},
                                 .format = "csv"});
            }};
}
Command compute(const std::string& name, const std::string& method) {
    return {name, [method](const std::string& array, const std::string& out) {
                return run_compute_attention({.q = array, .k = array, .v = array, .out = out, .method = method});
            }};
}

class MemoryFault : public testing::TestWithParam<Command> {
protected:
    void SetUp() override {
        if (!ATTNSCOPE_MEMORY_CAN_FAIL) GTEST_SKIP() << "a sanitizer has a malloc of its own";
        const std::vector<float> values(6 * 4, 0.5F);
        const std::vector<Index> shape{6, 4};
        array_ = folder_.file("x.npy", format_npy(shape, values));
    }

    /// As the command line does: what is thrown becomes an error.
    std::optional<std::string> error_of_run() const {
        try {
            const Result<std::string> done = GetParam().run(array_, out_);
            if (done) return std::nullopt;
            return done.error().what;
        } catch (const std::bad_alloc&) {
            return "not enough memory";
        } catch (const std::system_error& error) {  // a thread without a stack
            return error.what();
        }
    }

    TempFolder folder_;
    std::string array_;
    const std::string out_ = (folder_ / "out.npy").string();
};

TEST_P(MemoryFault, IsToldAndLeavesNothingBroken) {
    ASSERT_EQ(error_of_run(), std::nullopt);
    ASSERT_EQ(error_of_run(), std::nullopt) << "the second time threads and tables are there already";
    const std::string right = content_of(out_);
    const int files = folder_.files();
    long told = 0, survived = 0, k = 0;
    // Each of the first twenty allocations, then ever fewer.
    for (;; k += 1 + k / 20) {
        ASSERT_TRUE(std::filesystem::remove(out_));
        std::optional<std::string> error;
        bool failed = false;
        {
            const failing_memory::FailAt fault(k);
            error = error_of_run();
            failed = failing_memory::FailAt::failed();
        }
        if (error) {
            ASSERT_TRUE(failed) << *error;
            ASSERT_FALSE(error->empty());
            ASSERT_EQ(folder_.files(), files - 1) << "allocation " << k << " left something behind: " << *error;
            ASSERT_EQ(error_of_run(), std::nullopt) << "after allocation " << k << " had failed";
            ++told;
        } else {
            ++survived;
        }
        ASSERT_TRUE(content_of(out_) == right) << "allocation " << k;
        if (!failed) break;
    }
    EXPECT_GT(told, 30);
    std::fprintf(stderr, "%ld faults told, %ld survived, of %ld allocations\n", told, survived, k);
}

INSTANTIATE_TEST_SUITE_P(
    Commands, MemoryFault,
    testing::Values(data("attention", "attention", {}), data("heads", "attention", {"view=heads", "score=additive"}),
                    data("positions", "positions", {}),
                    data("features", "random_features", {"length=32", "seeds=2", "features_to=32"}),
                    data("matrices", "random_features", {"view=matrices", "length=32"}), compute("exact", "exact"),
                    compute("linear", "positive")),
    [](const auto& test) { return test.param.name; });

}  // namespace memory_fault_test
}  // namespace attnscope
