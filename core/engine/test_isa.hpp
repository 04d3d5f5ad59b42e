// For tests that run with each instruction set that this machine has:
//     class Something : public EachIsa {};  INSTANTIATE_TEST_SUITE_P(EachInstructionSet, Something, each_isa(),
//     isa_of);
#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/engine/isa.hpp"

namespace attnscope {

class EachIsa : public ::testing::TestWithParam<Isa> {
protected:
    void SetUp() override { use_isa(GetParam()); }
    void TearDown() override { use_isa(before_); }

private:
    const Isa before_ = isa_in_use();
};

inline auto each_isa() {
    return ::testing::ValuesIn(available_isas());
}

inline std::string isa_of(const ::testing::TestParamInfo<Isa>& tested) {
    std::string name(isa_name(tested.param));
    std::replace(name.begin(), name.end(), '-', '_');
    return name;
}

}  // namespace attnscope
