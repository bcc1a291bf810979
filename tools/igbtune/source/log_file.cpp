// SPDX-License-Identifier: GPL-2.0-only
#include "source/log_file.hpp"

#include <fcntl.h>
#include <unistd.h>
#include <zlib.h>

#include <array>
#include <cerrno>
#include <cstdio>

#include "util/unique_fd.hpp"

namespace igbtune::source {

using util::Error;
using util::ErrorKind;
using util::Result;
using util::Status;

namespace {

constexpr mode_t for_all_to_read = 0644;

// What was cut off by its writer's death cannot be gone on with: written anew, up to there.
Status make_whole(const std::string& path) {
    auto old = LogFile::read(path);
    if (!old) {
        return old.error().kind == ErrorKind::not_found ? Status(util::Done{})
                                                        : Status(old.error());
    }
    const std::string temporary = path + ".whole";
    std::optional<LogFile> copy;
    {
        auto created = LogFile::write(temporary, LogFile::Mode::create);
        if (!created) {
            return created.error();
        }
        copy.emplace(std::move(*created));
    }
    while (true) {
        const auto line = old->next();
        if (!line) {
            (void)::unlink(temporary.c_str());
            return line.error();
        }
        if (!*line) {
            break;
        }
        if (const Status put = copy->put(**line); !put) {
            (void)::unlink(temporary.c_str());
            return put;
        }
    }
    if (!old->cut_off()) {
        (void)::unlink(temporary.c_str());
        return util::Done{};
    }
    const Status flushed = copy->flush();
    copy.reset();
    if (!flushed || ::rename(temporary.c_str(), path.c_str()) != 0) {
        (void)::unlink(temporary.c_str());
        return flushed ? Status(util::error_from_errno(errno, path)) : flushed;
    }
    return util::Done{};
}

}  // namespace

void LogFile::Close::operator()(gzFile_s* file) const {
    (void)::gzclose(file);
}

Error LogFile::trouble() const {
    int number = Z_OK;
    const char* const text = ::gzerror(file_.get(), &number);
    if (number == Z_ERRNO) {
        return util::error_from_errno(errno, path_);
    }
    return {ErrorKind::failure, path_ + ": " + (text != nullptr ? text : "zlib failed")};
}

Result<LogFile> LogFile::write(const std::string& path, Mode mode) {
    if (mode == Mode::append) {
        if (const Status whole = make_whole(path); !whole) {
            return whole.error();
        }
    }
    const int flags = O_WRONLY | O_CLOEXEC | O_CREAT | (mode == Mode::append ? O_APPEND : O_EXCL);
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    const int descriptor = ::open(path.c_str(), flags, for_all_to_read);
    if (descriptor < 0) {
        if (errno == EEXIST) {
            return Error{ErrorKind::failure,
                         path + ": the file exists; --append would go on with it"};
        }
        return util::error_from_errno(errno, path);
    }
    gzFile_s* const file = ::gzdopen(descriptor, mode == Mode::append ? "ab9" : "wb9");
    if (file == nullptr) {
        ::close(descriptor);
        return Error{ErrorKind::failure, path + ": out of memory"};
    }
    return LogFile(path, file, descriptor);
}

Result<LogFile> LogFile::read(const std::string& path) {
    // NOLINTNEXTLINE(cppcoreguidelines-pro-type-vararg): there is no other form
    const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        return util::error_from_errno(errno, path);
    }
    gzFile_s* const file = ::gzdopen(descriptor, "rb");
    if (file == nullptr) {
        ::close(descriptor);
        return Error{ErrorKind::failure, path + ": out of memory"};
    }
    return LogFile(path, file, descriptor);
}

Status LogFile::put(std::string_view line) {
    if (::gzwrite(file_.get(), line.data(), static_cast<unsigned>(line.size())) !=
            static_cast<int>(line.size()) ||
        ::gzputc(file_.get(), '\n') != '\n') {
        return trouble();
    }
    return util::Done{};
}

Status LogFile::flush() {
    if (::gzflush(file_.get(), Z_SYNC_FLUSH) != Z_OK) {
        return trouble();
    }
    if (::fdatasync(descriptor_) != 0 && errno != EINVAL && errno != EROFS) {
        return util::error_from_errno(errno, path_);
    }
    return util::Done{};
}

Result<std::optional<std::string>> LogFile::next() {
    std::string line;
    std::array<char, 4096> buffer{};
    while (::gzgets(file_.get(), buffer.data(), buffer.size()) != nullptr) {
        line += buffer.data();
        if (line.ends_with('\n')) {
            line.pop_back();
            return std::optional(std::move(line));
        }
        if (line.size() > line_limit) {
            return Error{ErrorKind::failure, path_ + ": not a recording: a line without an end"};
        }
    }
    int number = Z_OK;
    (void)::gzerror(file_.get(), &number);
    // The writer was killed between two flushes: what it flushed counts.
    if (number == Z_OK || number == Z_BUF_ERROR || number == Z_STREAM_END) {
        cut_off_ = number == Z_BUF_ERROR || !line.empty();
        return std::optional<std::string>{};
    }
    return trouble();
}

}  // namespace igbtune::source
