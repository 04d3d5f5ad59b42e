// The command line: what attnscope does when it is not (only) a window.
#pragma once

namespace attnscope {

/// Runs the program. Returns its exit code: 0 done; 1 failed, with one line on standard error that begins
/// "attnscope: error: "; 2 the command line is wrong.
int run_command_line(int argc, const char* const* argv);

}  // namespace attnscope
