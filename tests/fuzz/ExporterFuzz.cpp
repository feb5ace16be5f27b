// A request for metrics is anything: the answer is one of the five, whole, and the numbers stand in no other than 200.
#include "client/exporter/Exporter.h"

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size)
{
    const std::string asked(reinterpret_cast<const char*>(data), size);
    const auto answer = baton::exporter::answerTo(asked, "baton_serving 1\n");
    bool isKnown = false;
    for (const auto* status : {"200", "400", "404", "405"})
        isKnown = isKnown || answer.starts_with(std::string("HTTP/1.1 ") + status + ' ');
    const bool hasNumbers = answer.find("baton_serving") != std::string::npos;
    if (!isKnown || answer.find("\r\n\r\n") == std::string::npos) std::abort();
    if (hasNumbers && !answer.starts_with("HTTP/1.1 200 ")) std::abort();
    return 0;
}
