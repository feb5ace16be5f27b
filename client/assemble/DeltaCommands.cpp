#include "client/assemble/DeltaCommands.h"

#include "client/assemble/DeltaSource.h"
#include "client/assemble/UsageError.h"
#include "client/core/Amounts.h"
#include "client/core/Text.h"
#include "client/delta/Apply.h"
#include "client/delta/BadPatch.h"
#include "client/delta/Create.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/verify/Sha256.h"

#include <nlohmann/json.hpp>

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ostream>
#include <stdexcept>
#include <system_error>
#include <vector>

namespace baton::assemble {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

// A file that appears when it is whole, and not at all if something failed.
class WholeFile {
public:
    explicit WholeFile(fs::path path) : path_(std::move(path)), part_(path_.string() + ".part")
    {
        try {
            file_ = os::open(part_, O_WRONLY | O_CREAT | O_TRUNC, 0644);
        } catch (const std::system_error& error) {
            throw UsageError(error.what(), exitcode::CannotCreate);
        }
    }
    ~WholeFile()
    {
        if (file_) ::unlink(part_.c_str());
    }
    WholeFile(const WholeFile&) = delete;
    WholeFile& operator=(const WholeFile&) = delete;

    void write(std::string_view bytes)
    {
        os::writeAll(file_.get(), bytes, part_);
        digest_.update(bytes);
        sizeBytes_ += static_cast<std::int64_t>(bytes.size());
    }

    void finish()
    {
        os::check(::rename(part_.c_str(), path_.c_str()), "rename " + part_.string() + " to " + path_.string());
        file_.reset();
    }

    std::int64_t sizeBytes() const { return sizeBytes_; }
    std::string sha256() { return digest_.finish(); }

private:
    fs::path path_;
    fs::path part_;
    os::UniqueFd file_;
    verify::Sha256 digest_;
    std::int64_t sizeBytes_ = 0;
};

delta::Algorithm algorithmOf(const Resolved& resolved)
{
    return delta::algorithmNamed(resolved.values.text("algorithm")).value_or(delta::Algorithm::BsdiffZstd);
}

Archives archivesOf(const Resolved& resolved)
{
    return resolved.values.isOn("tree") ? Archives::AsTrees : Archives::AsTheyAre;
}

// As a statement lists it, and what it makes.
json makePatch(delta::Algorithm algorithm, const DeltaSource& from, const DeltaSource& to, const fs::path& path)
{
    if (from.isTree() != to.isTree())
        throw UsageError("the one is a tree and the other is not: " + from.file().name() + ", " + to.file().name(),
                         exitcode::Data);
    WholeFile patch(path);
    delta::create(algorithm, from.file().bytes(), to.file().bytes(),
                  [&](std::string_view bytes) { patch.write(bytes); });
    patch.finish();
    return {{"from", from.sha256()},     {"name", path.filename().string()}, {"algorithm", delta::nameOf(algorithm)},
            {"size", patch.sizeBytes()}, {"sha256", patch.sha256()},         {"to", to.sha256()}};
}

void say(const Resolved& resolved, std::ostream& out, const json& made, const DeltaSource& to)
{
    if (resolved.values.isOn("json")) {
        out << made.dump() << '\n';
        return;
    }
    out << made.at("name").get<std::string>() << ": " << printSize(made.at("size")) << " instead of "
        << printSize(to.file().sizeBytes()) << ", from " << made.at("from").get<std::string>() << '\n';
}

std::vector<fs::path> filesOf(const fs::path& directory)
{
    std::error_code error;
    std::vector<fs::path> files;
    for (const auto& entry : fs::directory_iterator(directory, error)) files.push_back(entry.path());
    if (error) throw UsageError("read " + directory.string() + ": " + error.message(), exitcode::NoInput);
    if (files.empty()) throw UsageError(directory.string() + " has nothing to make a patch from", exitcode::NoInput);
    std::sort(files.begin(), files.end());
    return files;
}

// A patch as large as what it saves is none.
void diffAgainst(const Resolved& resolved, const fs::path& newPath, const fs::path& outDirectory, std::ostream& out)
{
    const DeltaSource to(newPath, archivesOf(resolved));
    os::makeDirectory(outDirectory, 0755);
    const auto whole =
        fs::is_directory(newPath) ? to.file().sizeBytes() : static_cast<std::int64_t>(fs::file_size(newPath));
    for (const auto& oldPath : filesOf(resolved.values.text("against"))) {
        const DeltaSource from(oldPath, archivesOf(resolved));
        if (from.sha256() == to.sha256() || from.isTree() != to.isTree()) continue;
        const auto algorithm = algorithmOf(resolved);
        const auto name = oldPath.filename().string() + '-' + newPath.filename().string() + '.' +
                          std::string(delta::nameOf(algorithm));
        const auto made = makePatch(algorithm, from, to, outDirectory / name);
        if (made.at("size") < whole)
            say(resolved, out, made, to);
        else
            fs::remove(outDirectory / name);
    }
}

[[noreturn]] void refuseWords(const char* usage) { throw UsageError(std::string("three files are needed: ") + usage); }

} // namespace

int diffCommand(const Resolved& resolved, std::ostream& out)
try {
    const auto& words = resolved.rest;
    if (resolved.values.has("against")) {
        if (words.size() != 2)
            throw UsageError("with --against two words are needed: baton diff --against DIR NEW OUTDIR");
        diffAgainst(resolved, words[0], words[1], out);
        return exitcode::Ok;
    }
    if (words.size() != 3) refuseWords("baton diff OLD NEW PATCH");
    const DeltaSource from(words[0], archivesOf(resolved));
    const DeltaSource to(words[1], archivesOf(resolved));
    say(resolved, out, makePatch(algorithmOf(resolved), from, to, words[2]), to);
    return exitcode::Ok;
} catch (const std::invalid_argument& error) {
    throw UsageError(error.what(), exitcode::Data);
} catch (const std::system_error& error) {
    throw UsageError(error.what(), exitcode::InputOutput);
}

int patchCommand(const Resolved& resolved, std::ostream& out)
try {
    const auto& words = resolved.rest;
    if (words.size() != 3) refuseWords("baton patch OLD PATCH NEW");
    const DeltaSource from(words[0], archivesOf(resolved));
    const auto patch = os::open(words[1], O_RDONLY);
    WholeFile made(words[2]);
    delta::apply(delta::algorithmOfPatch(patch.get()), from.file(), patch.get(), std::nullopt,
                 [&](std::string_view bytes) { made.write(bytes); });
    made.finish();
    out << made.sha256() << "  " << words[2] << '\n';
    return exitcode::Ok;
} catch (const delta::BadPatch& refusal) {
    throw UsageError(escaped(resolved.rest[1]) + " cannot be applied to " + escaped(resolved.rest[0]) + ": " +
                         refusal.what(),
                     exitcode::Data);
} catch (const std::system_error& error) {
    throw UsageError(error.what(), exitcode::InputOutput);
}

} // namespace baton::assemble
