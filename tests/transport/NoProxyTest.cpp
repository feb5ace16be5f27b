#include "client/transport/NoProxy.h"

#include <gtest/gtest.h>

#include <array>

using baton::transport::isExempt;

namespace {

struct Row {
    const char* list;
    const char* host;
    std::uint16_t port;
    bool exempt;
};

constexpr std::array Rows{
    Row{"", "h", 80, false},
    Row{"*", "h", 80, true},
    Row{"a,*", "::1", 80, true},
    Row{"example.com", "example.com", 80, true},
    Row{"example.com", "www.EXAMPLE.com", 80, true},
    Row{"example.com", "example.com.", 80, true},
    Row{"example.com.", "example.com", 80, true},
    Row{".example.com", "example.com", 80, true},
    Row{"*.example.com", "www.example.com", 80, true},
    Row{"example.com", "myexample.com", 80, false},
    Row{"www.example.com", "example.com", 80, false},
    Row{"com", "example.com", 80, true},
    Row{"a b\tc, example.com ,d", "example.com", 80, true},
    Row{"example.com:8080", "example.com", 8080, true},
    Row{"example.com:8080", "example.com", 80, false},
    Row{"example.com:x", "example.com", 80, false},
    Row{"10.0.0.1", "10.0.0.1", 80, true},
    Row{"10.0.0.1", "10.0.0.10", 80, false},
    Row{"0.0.1", "10.0.0.1", 80, false},
    Row{"10.0.0.1:80", "10.0.0.1", 80, true},
    Row{"10.0.0.1:81", "10.0.0.1", 80, false},
    Row{"10.0.0.0/8", "10.255.0.1", 80, true},
    Row{"10.0.0.0/8", "11.0.0.1", 80, false},
    Row{"192.168.16.0/20", "192.168.31.255", 80, true},
    Row{"192.168.16.0/20", "192.168.32.0", 80, false},
    Row{"0.0.0.0/0", "203.0.113.9", 80, true},
    Row{"0.0.0.0/0", "2001:db8::1", 80, false},
    Row{"10.0.0.0/33", "10.0.0.0", 80, false},
    Row{"10.0.0.0/", "10.0.0.0", 80, false},
    Row{"10.0.0.0/8", "ten.example.com", 80, false},
    Row{"::1", "::1", 80, true},
    Row{"[::1]", "::1", 80, true},
    Row{"[::1]:80", "::1", 80, true},
    Row{"[::1]:81", "::1", 80, false},
    Row{"2001:db8::/32", "2001:db8:1::5", 80, true},
    Row{"2001:db8::/32", "2001:db9::5", 80, false},
    Row{"2001:DB8:0:0::1", "2001:db8::1", 80, true},
    Row{"::ffff:10.0.0.1", "10.0.0.1", 80, true},
    Row{",, ,", "h", 80, false},
    Row{".", "h", 80, false},
    Row{"*.", "h", 80, false},
    Row{":80", "h", 80, false},
};

} // namespace

TEST(NoProxy, NamesHostsAddressesAndBlocks)
{
    for (const auto& row : Rows)
        EXPECT_EQ(isExempt(row.list, row.host, row.port), row.exempt)
            << row.list << " of " << row.host << ':' << row.port;
}
