// Feeds each file of a corpus to a fuzz target once, where there is no libFuzzer to do it.
// FeedCorpus [-OPTION…] FOLDER…: libFuzzer's options are taken and ignored; without a single file it fails.
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string_view>
#include <vector>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size);

namespace {

std::size_t feed(const std::filesystem::path& folder)
{
    std::size_t fed = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (!entry.is_regular_file()) continue;
        std::ifstream file(entry.path(), std::ios::binary);
        const std::vector<char> bytes{std::istreambuf_iterator<char>(file), {}};
        if (!file.good() && !file.eof()) throw std::filesystem::filesystem_error("read", entry.path(), {});
        LLVMFuzzerTestOneInput(reinterpret_cast<const std::uint8_t*>(bytes.data()), bytes.size());
        ++fed;
    }
    return fed;
}

} // namespace

int main(int count, char** arguments)
try {
    std::size_t fed = 0;
    for (int i = 1; i < count; ++i)
        if (!std::string_view(arguments[i]).starts_with('-')) fed += feed(arguments[i]);
    std::cout << fed << " inputs fed\n";
    return fed > 0 ? 0 : 1;
} catch (const std::exception& e) {
    std::cerr << "cannot feed the corpus: " << e.what() << '\n';
    return 1;
}
