// How much memory something needs while it runs.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>

namespace attnscope {

/// Makes all threads that begin from now on share one heap. Each would have its own otherwise, and of what was freed in
/// those the C library keeps up to 64 MB each, even where it is told to give all back: hours of work end with hundreds
/// of megabytes that nobody uses, which hide what is asked for next from extra_bytes_of(). Early.
void use_one_heap();

/// What the process held of memory at its highest while `work` ran, beyond what it held before, in bytes; nothing where
/// the system does not tell (it is Linux that does).
///
/// `work` runs twice, and the second time counts: in a thread of its own, with oneTBB's threads made anew and freed
/// memory given back to the system before. So what a thread keeps for itself counts; what does not is what was there
/// before: code that has run once, pools that a library keeps for good. Counted in pages that were touched; the
/// system's counters lag behind by up to 32 pages for each processor.
std::optional<std::int64_t> extra_bytes_of(const std::function<void()>& work);

}  // namespace attnscope
