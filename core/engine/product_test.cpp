#include "core/engine/product.hpp"

#include <cmath>

#include "core/base/random.hpp"
#include "core/engine/test_isa.hpp"

namespace attnscope {
namespace product_test {

class Product : public EachIsa {};
INSTANTIATE_TEST_SUITE_P(EachInstructionSet, Product, each_isa(), isa_of);

TEST_P(Product, EqualsTheProductInDoubleForEveryShape) {
    for (const Index n : {1, 17, 50})
        for (const Index m : {1, 128, 131, 300})
            for (const Index d : {1, 5, 64}) {
                const Matrix a = random_normal(n, d, 1, 1, 0), b = random_normal(m, d, 1, 1, 1),
                             w = random_normal(n, m, 1, 1, 2);
                Matrix scores(n, m), out(n, d);
                transposed_product(view_of(a), view_of(b), span_of(scores));
                product(view_of(w), view_of(b), span_of(out));
                const MatrixD wanted = a.cast<double>() * b.cast<double>().transpose();
                const MatrixD sums = w.cast<double>() * b.cast<double>();
                EXPECT_LE((scores.cast<double>() - wanted).cwiseAbs().maxCoeff(), 1e-6 * std::max(8.0, wanted.norm()));
                EXPECT_LE((out.cast<double>() - sums).cwiseAbs().maxCoeff(), 3e-6 * std::sqrt(static_cast<double>(m)));
            }
}

TEST_P(Product, AnEntryDependsOnItsOwnRowsAlone) {
    const Matrix a = random_normal(40, 33, 1, 1, 0), b = random_normal(200, 33, 1, 1, 1);
    Matrix all(40, 200), part(3, 7);
    transposed_product(view_of(a), view_of(b), span_of(all));
    transposed_product(view_of(a.middleRows(20, 3)), view_of(b.middleRows(101, 7)), span_of(part));
    EXPECT_EQ(part, all.block(20, 101, 3, 7));
    Matrix sums(40, 33), some(2, 33);
    product(view_of(all), view_of(b), span_of(sums));
    product(view_of(all.middleRows(38, 2)), view_of(b), span_of(some));
    EXPECT_EQ(some, sums.middleRows(38, 2));
}

}  // namespace product_test
}  // namespace attnscope
