#include "client/agent/Confined.h"

#include "client/core/Text.h"
#include "client/os/Confinement.h"
#include "client/os/Files.h"
#include "client/store/Sharing.h"
#include "client/verify/Sha256.h"

#include <openssl/x509.h>
#include <sys/stat.h>

#include <dlfcn.h>

#include <cctype>
#include <system_error>

namespace baton::agent {
namespace {

namespace fs = std::filesystem;

constexpr std::int64_t MostMemory = std::int64_t{1} << 30U;

// Beside those of NameFiles. Certificates are links from one of these places into another; private keys lie beside
// them.
constexpr std::array<const char*, 12> SystemFiles{"/etc/services",
                                                  "/etc/localtime",
                                                  "/usr/share/zoneinfo",
                                                  "/etc/ssl/openssl.cnf",
                                                  "/etc/ssl/certs",
                                                  "/etc/ssl/cert.pem",
                                                  "/usr/share/ca-certificates",
                                                  "/usr/local/share/ca-certificates",
                                                  "/etc/pki/tls/certs",
                                                  "/etc/pki/ca-trust",
                                                  "/usr/share/pki",
                                                  "/etc/ca-certificates"};

std::vector<fs::path> readableFor(const store::Store& store)
{
    // What stands in the state directory may be a link to another disk, so each is named.
    std::vector<fs::path> paths{store.root(), store.releases()};
    paths.insert(paths.end(), NameFiles::Paths.begin(), NameFiles::Paths.end());
    paths.insert(paths.end(), SystemFiles.begin(), SystemFiles.end());
    paths.emplace_back(::X509_get_default_cert_dir());
    paths.emplace_back(::X509_get_default_cert_file());
    return paths;
}

bool isSharedWith(const os::Account& account, const store::Store& store, const fs::path& top, Log& log)
try {
    store::share(store, top, account);
    if (os::couldWrite(account, store.downloads())) return true;
    log.warning("the agent stays root, without its rights: a directory above " + top.string() +
                " is closed to the user that it should have; open it (chmod o+x)");
    return false;
} catch (const std::system_error& error) {
    log.warning(std::string("the agent stays root, without its rights: ") + error.what());
    return false;
}

// "hosts: files mdns4_minimal [NOTFOUND=return] dns": each word is a library, which is loaded when it is first asked.
// No library can be loaded later.  [nsswitch.conf(5)]
void loadNameServices()
{
    const auto text = os::readWhole("/etc/nsswitch.conf").value_or(std::string());
    for (const auto line : split(text, '\n')) {
        if (!line.starts_with("hosts:")) continue;
        std::string word;
        for (const char letter : std::string(line.substr(6)) + ' ') {
            const bool isOfName = std::isalnum(static_cast<unsigned char>(letter)) != 0 || letter == '_';
            if (isOfName) word += letter;
            if (isOfName || word.empty()) continue;
            ::dlopen(("libnss_" + word + ".so.2").c_str(), RTLD_NOW); // Or it is within libc, or not installed.
            word.clear();
        }
    }
}

} // namespace

std::optional<os::Account> madeReady(const store::Store& store, const fs::path& top,
                                     const std::optional<os::Account>& account, Log& log)
{
    if (account && isSharedWith(*account, store, top, log)) return account;
    try {
        store::takeBack(store);
    } catch (const std::system_error& error) {
        log.warning(std::string("what the agent wrote before as another user stays that one's: ") + error.what());
    }
    return std::nullopt;
}

std::vector<std::string> confineTo(const store::Store& store, const std::optional<os::Account>& account,
                                   const std::vector<fs::path>& more)
{
    try {
        verify::sha256Of(""); // OpenSSL reads its configuration when it is first asked, and remembers it.
        loadNameServices();
    } catch (const std::exception&) { // NOLINT(bugprone-empty-catch): what it cannot have now it will miss later
    }
    os::Confinement confinement;
    confinement.readable = readableFor(store);
    confinement.readable.insert(confinement.readable.end(), more.begin(), more.end());
    confinement.writable = {store.downloads()};
    confinement.memoryBytes = MostMemory;
    confinement.work = os::Work::Network;
    confinement.account = account;
    if (account) ::umask(027); // The stager reads by the group; what is written here can have no other mode later.
    return os::confine(confinement);
}

NameFiles::Seen NameFiles::look()
{
    Seen seen{};
    for (std::size_t i = 0; i < Paths.size(); ++i) {
        struct stat status {};
        if (::stat(Paths.at(i), &status) == 0) seen.at(i) = {status.st_dev, status.st_ino};
    }
    return seen;
}

} // namespace baton::agent
