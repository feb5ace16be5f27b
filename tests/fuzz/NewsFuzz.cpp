// What the agent, which faces the network, may say to the supervisor: any bytes are either news that prints and parses
// as themselves, or nothing.
#include "client/control/Words.h"
#include "client/core/Text.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const auto news = baton::control::parseNews({reinterpret_cast<const char*>(data), size});
    if (!news) return 0;
    const bool harmless = news->bytes >= 0 && news->size >= 0 && news->time >= 0 && baton::isUtf8(news->detail) &&
                          news->detail.find_first_of("\n\x1b") == std::string::npos;
    const auto again = baton::control::parseNews(print(*news));
    if (!harmless || !again || again->kind != news->kind || again->version != news->version) std::abort();
    return 0;
}
