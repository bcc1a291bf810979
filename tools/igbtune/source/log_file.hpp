// SPDX-License-Identifier: GPL-2.0-only
// A file of lines that grows for hours: compressed (gzip), and readable up to the last flush
// whatever became of who wrote it.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "util/result.hpp"

struct gzFile_s;  // NOLINT(readability-identifier-naming): zlib's name

namespace igbtune::source {

class LogFile {
public:
    // A new file; with append also one that is there, which it goes on with.
    enum class Mode { create, append };
    static util::Result<LogFile> write(const std::string& path, Mode mode);

    // gzip or plain text.
    static util::Result<LogFile> read(const std::string& path);

    // The line must not hold a newline.
    util::Status put(std::string_view line);

    // On disk when it returns, and readable.
    util::Status flush();

    // Nothing at the end. A line that was cut off by the writer's end is none.
    util::Result<std::optional<std::string>> next();

    // At the end: its writer did not end it.
    [[nodiscard]] bool cut_off() const { return cut_off_; }

    // Damage is an error of next() with more than this in a line.
    static constexpr std::size_t line_limit = std::size_t{16} * 1024 * 1024;

private:
    struct Close {
        void operator()(gzFile_s* file) const;
    };

    LogFile(std::string path, gzFile_s* file, int descriptor)
        : path_(std::move(path)), file_(file), descriptor_(descriptor) {}

    [[nodiscard]] util::Error trouble() const;

    std::string path_;
    std::unique_ptr<gzFile_s, Close> file_;
    int descriptor_{-1};  // owned by file_
    bool cut_off_{};
};

}  // namespace igbtune::source
