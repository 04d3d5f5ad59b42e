// Result<T>: a value or an Error. The member names are those of std::expected, so that C++23 can replace this file.
#pragma once

#include <string>
#include <utility>
#include <variant>

#include "core/base/check.hpp"

namespace attnscope {

enum class ErrorCode {
    invalid_input,  // the user's value or file is wrong; `what` says where and what would be right
    usage,          // the command line itself is wrong
    io,             // the operating system refused: cannot open, read, write, rename
    out_of_memory,  // an allocation failed
    cancelled,      // somebody asked to stop: never shown as a failure
};

/// What went wrong, as one sentence for the user: what, where, and what would be right.
struct Error {
    ErrorCode code = ErrorCode::invalid_input;
    std::string what;
};

inline Error invalid_input(std::string what) {
    return {ErrorCode::invalid_input, std::move(what)};
}
inline Error usage_error(std::string what) {
    return {ErrorCode::usage, std::move(what)};
}
inline Error io_error(std::string what) {
    return {ErrorCode::io, std::move(what)};
}
inline Error cancelled() {
    return {ErrorCode::cancelled, "cancelled"};
}

template <class T>
class [[nodiscard]] Result {
public:
    Result(T value) : content_(std::in_place_index<0>, std::move(value)) {}
    Result(Error error) : content_(std::in_place_index<1>, std::move(error)) {}

    bool has_value() const { return content_.index() == 0; }
    explicit operator bool() const { return has_value(); }

    T& value() & {
        check(has_value(), "Result::value() on an error");
        return std::get<0>(content_);
    }
    const T& value() const& {
        check(has_value(), "Result::value() on an error");
        return std::get<0>(content_);
    }
    T&& value() && {
        check(has_value(), "Result::value() on an error");
        return std::get<0>(std::move(content_));
    }
    T& operator*() & { return value(); }
    const T& operator*() const& { return value(); }
    T&& operator*() && { return std::move(*this).value(); }
    T* operator->() { return &value(); }
    const T* operator->() const { return &value(); }

    const Error& error() const {
        check(!has_value(), "Result::error() on a value");
        return std::get<1>(content_);
    }

private:
    std::variant<T, Error> content_;
};

template <>
class [[nodiscard]] Result<void> {
public:
    Result() = default;
    Result(Error error) : error_(std::move(error)), failed_(true) {}

    bool has_value() const { return !failed_; }
    explicit operator bool() const { return has_value(); }
    const Error& error() const {
        check(failed_, "Result::error() on a value");
        return error_;
    }

private:
    Error error_;
    bool failed_ = false;
};

}  // namespace attnscope
