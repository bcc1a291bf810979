// SPDX-License-Identifier: GPL-2.0-only
#include "process.hpp"

#include <fcntl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "util/unique_fd.hpp"

namespace igbtune::test {
namespace {

// Output goes to files, so that neither side waits for the other.
class OutputFile {
public:
    OutputFile() {
        std::string pattern = std::filesystem::temp_directory_path() / "igbtune-test-XXXXXX";
        file_ = util::UniqueFd(::mkstemp(pattern.data()));
        path_ = pattern;
    }
    OutputFile(const OutputFile&) = delete;
    OutputFile& operator=(const OutputFile&) = delete;
    OutputFile(OutputFile&&) = delete;
    OutputFile& operator=(OutputFile&&) = delete;
    ~OutputFile() { ::unlink(path_.c_str()); }

    [[nodiscard]] int fd() const { return file_.get(); }
    [[nodiscard]] std::string content() const {
        std::ostringstream text;
        text << std::ifstream(path_).rdbuf();
        return text.str();
    }

private:
    util::UniqueFd file_;
    std::string path_;
};

constexpr int exit_not_prepared = 125;
constexpr int exit_not_started = 126;

}  // namespace

Outcome run_igbtune(const std::vector<std::string>& arguments,
                    const std::function<bool()>& prepare) {
    const OutputFile out;
    const OutputFile err;
    std::vector<std::string> words{IGBTUNE_BINARY};
    words.insert(words.end(), arguments.begin(), arguments.end());
    std::vector<char*> argv;
    argv.reserve(words.size() + 1);
    for (std::string& word : words) {
        argv.push_back(word.data());
    }
    argv.push_back(nullptr);

    const pid_t child = ::fork();
    if (child == 0) {
        // Redirected before prepare, which may put something else in their place.
        if (::dup2(out.fd(), STDOUT_FILENO) < 0 || ::dup2(err.fd(), STDERR_FILENO) < 0 ||
            (prepare && !prepare())) {
            ::_exit(exit_not_prepared);
        }
        ::execv(argv.front(), argv.data());
        ::_exit(exit_not_started);
    }
    Outcome outcome;
    int status = 0;
    pid_t ended = -1;
    do {
        ended = ::waitpid(child, &status, 0);
    } while (ended < 0 && errno == EINTR);
    if (ended == child && WIFEXITED(status)) {
        outcome.exit_code = WEXITSTATUS(status);
    }
    outcome.out = out.content();
    outcome.err = err.content();
    return outcome;
}

}  // namespace igbtune::test
