#include "server-mock/DeltaShelf.h"

#include "client/delta/Create.h"

#include <fstream>
#include <iterator>
#include <stdexcept>
#include <utility>

namespace baton::mock {
namespace {

std::string bytesOf(const Payload& payload)
{
    std::ifstream in(payload.file(), std::ios::binary);
    if (!in) throw std::runtime_error("a published file is gone: " + payload.file().string());
    return {std::istreambuf_iterator<char>(in), {}};
}

} // namespace

void DeltaShelf::open(std::filesystem::path directory, std::optional<delta::Algorithm> algorithm)
{
    directory_ = std::move(directory);
    algorithm_ = algorithm;
}

std::optional<OfferedDelta> DeltaShelf::between(const Payload& from, const Payload& to)
{
    if (!algorithm_ || from.sha256() == to.sha256()) return std::nullopt;
    const std::string algorithm(nameOf(*algorithm_));
    const auto name = from.sha256().substr(0, 12) + '-' + to.sha256().substr(0, 12) + '.' + algorithm;
    const std::lock_guard lock(mutex_);
    auto found = made_.find(name);
    if (found == made_.end()) {
        const auto file = directory_ / name;
        std::ofstream out(file, std::ios::binary);
        delta::create(*algorithm_, bytesOf(from), bytesOf(to), [&](std::string_view bytes) {
            out.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        });
        if (!out.flush()) throw std::runtime_error("the patch cannot be written to " + file.string());
        auto payload = std::make_shared<const Payload>(file, Payload::AtEnd::RemoveFile);
        if (payload->sizeBytes() >= to.sizeBytes()) payload.reset();
        found = made_.emplace(name, std::move(payload)).first;
    }
    if (!found->second) return std::nullopt;
    return OfferedDelta{name, from.sha256(), algorithm, found->second};
}

std::shared_ptr<const Payload> DeltaShelf::find(const std::string& name) const
{
    const std::lock_guard lock(mutex_);
    const auto found = made_.find(name);
    return found == made_.end() ? nullptr : found->second;
}

} // namespace baton::mock
