# Every text of the program is in every catalogue, and no catalogue has texts that the program does not say.
set -euo pipefail
.ci/messages --check "$1/app/messages"
# What can go wrong is said in the window, in its language: a sentence of an error goes through tr(). English stays what
# only the command line and the benchmark say, and what is wrong with the program's own files.
sentences=$(find core app -name '*.cpp' ! -name '*_test.cpp' ! -name '*_fuzz.cpp' ! -name '*_bench.cpp' ! -name '*_tool.cpp' \
    ! -path 'app/cli/*' ! -path 'core/bench/*' ! -path core/engine/isa.cpp ! -path core/text/word_vectors_binary.cpp \
    ! -path app/shell/headless.cpp -print0 |
    xargs -0 grep -PzoHc '(invalid_input|io_error|usage_error)\(\s*(fmt::format\(\s*)?"[^"]*[a-z]{3}' | grep -v ':0$' || true)
if [ -n "$sentences" ]; then
    echo "errors without tr():"
    echo "$sentences"
    exit 1
fi
