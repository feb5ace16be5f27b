#include "tests/bench/fleet/Plot.h"

#include <algorithm>
#include <array>
#include <cstdio>
#include <sstream>

namespace baton::fleet {
namespace {

using std::chrono::hours;
using std::chrono::minutes;

constexpr double Width = 960;
constexpr double Height = 220; // of one panel
constexpr double Left = 64;
constexpr double Top = 40;
constexpr double Gap = 70;

std::string number(double value)
{
    std::array<char, 32> text{};
    std::snprintf(text.data(), text.size(), "%.1f", value);
    return text.data();
}

struct Panel {
    double top;
    Duration from;
    Duration to;
    double most; // requests at its upper edge

    double x(Duration time) const
    {
        return Left + Width * static_cast<double>((time - from).count()) / static_cast<double>((to - from).count());
    }
    double y(double requests) const { return top + Height * (1 - std::min(requests / most, 1.0)); }
};

void text(std::ostream& out, double x, double y, const std::string& words, const char* anchor = "start")
{
    out << "<text x=\"" << number(x) << "\" y=\"" << number(y) << "\" text-anchor=\"" << anchor << "\">" << words
        << "</text>\n";
}

void level(std::ostream& out, const Panel& panel, Duration from, Duration to, double requests, const char* style)
{
    out << "<path d=\"M" << number(panel.x(from)) << ' ' << number(panel.y(requests)) << 'H' << number(panel.x(to))
        << "\" class=\"" << style << "\"/>\n";
}

// The highest minute of each step: nothing of a peak is lost.
void curve(std::ostream& out, const Panel& panel, const std::vector<int>& perMinute, int step)
{
    const auto end = std::min<std::ptrdiff_t>(panel.to / minutes(1), static_cast<std::ptrdiff_t>(perMinute.size()));
    char command = 'M';
    out << "<path class=\"curve\" d=\"";
    for (auto at = static_cast<std::ptrdiff_t>(panel.from / minutes(1)); at < end; at += step) {
        const auto last = std::min(at + step, end);
        const auto most = *std::max_element(perMinute.begin() + at, perMinute.begin() + last);
        out << command << number(panel.x(minutes(at))) << ' ' << number(panel.y(most));
        command = 'L';
    }
    out << "\"/>\n";
}

void frame(std::ostream& out, const Panel& panel, const World& world, const std::string& title, Duration tick)
{
    out << "<rect class=\"outage\" x=\"" << number(panel.x(world.outageBegin)) << "\" y=\"" << number(panel.top)
        << "\" width=\"" << number(panel.x(world.outageEnd()) - panel.x(world.outageBegin)) << "\" height=\""
        << number(Height) << "\"/>\n<rect class=\"frame\" x=\"" << number(Left) << "\" y=\"" << number(panel.top)
        << "\" width=\"" << number(Width) << "\" height=\"" << number(Height) << "\"/>\n";
    text(out, Left, panel.top - 8, title);
    for (auto time = panel.from; time <= panel.to; time += tick)
        text(out, panel.x(time), panel.top + Height + 16, std::to_string(time / hours(1)) + " h", "middle");
}

void panel(std::ostream& out, const Panel& panel, const std::vector<int>& perMinute, const World& world,
           const Peaks& peaks, const Limits& limits, int step)
{
    const auto mean = peaks.meanPerMinute;
    level(out, panel, panel.from, panel.to, mean, "mean");
    level(out, panel, std::max(panel.from, world.settling), world.outageBegin, mean * limits.calm, "limit");
    level(out, panel, world.outageEnd(), world.outageEnd() + hours(1), mean * limits.hourAfter, "limit");
    level(out, panel, world.outageEnd() + hours(1), panel.to, mean * limits.calm, "limit");
    curve(out, panel, perMinute, step);
    for (const double multiple : {1.0, 1.5, 3.0})
        text(out, Left - 6, panel.y(mean * multiple) + 4, number(multiple) + " ×", "end");
}

} // namespace

std::string draw(const std::vector<int>& perMinute, const World& world, const Peaks& peaks, const Limits& limits)
{
    const auto most = static_cast<double>(*std::max_element(perMinute.begin(), perMinute.end())) * 1.05;
    const auto highest = std::max(most, peaks.meanPerMinute * limits.hourAfter * 1.05);
    const Panel week{Top, Duration(0), world.length, highest};
    const Panel around{Top + Height + Gap, world.outageBegin - hours(2), world.outageEnd() + hours(6), highest};
    std::ostringstream out;
    out << "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 " << number(Left + Width + 24) << ' '
        << number(around.top + Height + 36) << "\" font-family=\"sans-serif\" font-size=\"12\">\n"
        << "<style>.curve{fill:none;stroke:#1f5fa8;stroke-width:1}.mean{stroke:#666;stroke-dasharray:2 3}"
        << ".limit{stroke:#b3261e;stroke-width:1.5}.outage{fill:#f3d9d7}.frame{fill:none;stroke:#999}</style>\n"
        << "<rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n";
    frame(out, week, world,
          std::to_string(world.clients) + " clients that were started in one moment: requests in a minute, the mean "
                                          "(dotted), the limits (red), the server away (shaded)",
          hours(12));
    panel(out, week, perMinute, world, peaks, limits, 10);
    frame(out, around, world, "The hours around the outage", hours(1));
    panel(out, around, perMinute, world, peaks, limits, 1);
    out << "</svg>\n";
    return out.str();
}

} // namespace baton::fleet
