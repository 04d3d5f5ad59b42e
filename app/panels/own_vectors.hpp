// The user's own word vectors: a text file, read by a worker, for every panel that looks at words.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>

#include "app/jobs/job_slot.hpp"
#include "core/text/word_vectors.hpp"

namespace attnscope {

class OwnVectors {
public:
    /// wake: called from the worker when a file has been read.
    explicit OwnVectors(std::function<void()> wake);

    /// Once a frame: the vectors in this file; null while it is being read, and for an empty path, after which naming a
    /// file again reads it again. Error: what is wrong with the file.
    Result<std::shared_ptr<const WordVectors>> get(const std::string& path);

    bool stale() const { return job_.stale(); }
    std::optional<float> progress() const { return job_.progress(); }
    void wait() { job_.wait(); }
    void cancel() { job_.cancel(); }

private:
    JobSlot<std::string, std::shared_ptr<const WordVectors>> job_;
    std::string path_;
};

}  // namespace attnscope
