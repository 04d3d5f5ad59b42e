// The most that this machine's arithmetic can do at this moment: what the speed of everything else is a fraction of.
#pragma once

namespace attnscope {

class FmaPeak {
public:
    /// By the instruction set in use, on `threads` threads.
    explicit FmaPeak(int threads);

    /// Additions and multiplications per second, float32, registers only. Takes about 4 ms. Cut into many small parts
    /// for whichever thread is free, as the engine does: a core that somebody else needs for a while costs both alike.
    double sample() const;

private:
    static constexpr int parts_per_thread = 80;

    int threads_;
    long rounds_ = 64;  // of one part, about 50 microseconds
};

}  // namespace attnscope
