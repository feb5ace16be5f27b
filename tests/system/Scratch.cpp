#include "tests/system/Scratch.h"

#include "client/os/Errors.h"
#include "tests/system/Running.h"

#include <fstream>
#include <iterator>
#include <stdexcept>

namespace baton::system {
namespace {

void makeExecutable(const fs::path& file)
{
    fs::permissions(file, fs::perms::owner_all | fs::perms::group_exec | fs::perms::others_exec);
}

} // namespace

Scratch::Scratch()
{
    std::string name = (fs::temp_directory_path() / "baton-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) os::fail("make a directory " + name);
    path_ = name;
}

Scratch::~Scratch()
{
    std::error_code none;
    fs::remove_all(path_, none);
}

fs::path Scratch::copyOf(const fs::path& executable, const std::string& version) const
{
    const auto file = path_ / (executable.filename().string() + '-' + version);
    fs::copy_file(executable, file, fs::copy_options::overwrite_existing);
    std::ofstream(file, std::ios::app) << "release " << version << '\n';
    makeExecutable(file);
    return file;
}

fs::path Scratch::actor(const std::string& version, std::string_view lines) const
{
    const auto file = write("actor-" + version, "#!" ACTOR "\n# release " + version + '\n' + std::string(lines) + '\n');
    makeExecutable(file);
    return file;
}

fs::path Scratch::write(const fs::path& name, std::string_view text) const
{
    const auto file = path_ / name;
    fs::create_directories(file.parent_path());
    std::ofstream out(file, std::ios::binary | std::ios::trunc);
    out << text;
    if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
    return file;
}

fs::path Scratch::pack(const fs::path& directory, const std::string& name) const
{
    const auto file = path_ / name;
    Running tar({"/usr/bin/tar", {"tar", "--zstd", "-C", directory.string(), "-cf", file.string(), "."}},
                path_ / (name + ".log"));
    if (tar.end() != 0) throw std::runtime_error("tar cannot pack " + directory.string() + ": " + tar.said());
    return file;
}

std::string readFile(const fs::path& file)
{
    std::ifstream in(file, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), std::istreambuf_iterator<char>()};
}

} // namespace baton::system
