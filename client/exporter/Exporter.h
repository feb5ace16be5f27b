// Metrics by HTTP: what stands in a file, for whoever asks.
// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "client/core/Log.h"
#include "client/loop/EventLoop.h"
#include "client/os/UniqueFd.h"

#include <filesystem>
#include <list>
#include <string>
#include <string_view>
#include <vector>

namespace baton::exporter {

/// The whole answer to that request, whose head is `asked`: GET and HEAD of /metrics are answered with `text`, in
/// Prometheus' text format 0.0.4; all else with 400, 404 or 405. An empty `text` is 503: there is none yet.
std::string answerTo(const std::string& asked, std::string_view text);

/// One request a connection: its head has 5 seconds and 8 KiB. Of more than 16 connections at once the oldest makes
/// room: who says nothing holds up nobody.
class Exporter {
public:
    Exporter(loop::EventLoop& loop, os::UniqueFd listener, std::filesystem::path file);

private:
    struct Client {
        os::UniqueFd socket;
        std::string asked;
        loop::Registration watch;
        loop::Registration deadline;
    };
    using Clients = std::list<Client>;

    void listen();
    void accept();
    void read(Clients::iterator client);
    std::string text() const;

    loop::EventLoop& loop_;
    os::UniqueFd listener_;
    std::filesystem::path file_;
    loop::Registration watch_;
    loop::Registration again_; // when this process had no descriptor for who waited
    Clients clients_;
};

/// From now on the process reads what stands beside `file`, answers who connects to sockets that it has, and does
/// nothing else. @returns a sentence for each layer that could not be had here; see os::confine()
std::vector<std::string> confineTo(const std::filesystem::path& file);

/// Confines itself, and answers until it is killed.  @throws std::exception
void run(os::UniqueFd listener, const std::filesystem::path& file, Log& log);

} // namespace baton::exporter
