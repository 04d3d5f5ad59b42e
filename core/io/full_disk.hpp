// For tests: a disk that takes only so many bytes of each file.
#pragma once

#include <signal.h>
#include <sys/resource.h>

namespace attnscope {

/// While it lives no file of this process grows beyond so many bytes: the disk is full in the middle of it.
class FullDisk {
public:
    explicit FullDisk(rlim_t bytes) {
        ::getrlimit(RLIMIT_FSIZE, &before_);
        const rlimit limit{bytes, before_.rlim_max};
        before_handler_ = ::signal(SIGXFSZ, SIG_IGN);
        ::setrlimit(RLIMIT_FSIZE, &limit);
    }
    ~FullDisk() {
        ::setrlimit(RLIMIT_FSIZE, &before_);
        ::signal(SIGXFSZ, before_handler_);
    }
    FullDisk(const FullDisk&) = delete;
    FullDisk& operator=(const FullDisk&) = delete;

private:
    rlimit before_{};
    sighandler_t before_handler_ = SIG_DFL;
};

}  // namespace attnscope
