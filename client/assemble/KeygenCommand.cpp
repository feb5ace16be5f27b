#include "client/assemble/KeygenCommand.h"

#include "client/assemble/PassPhrase.h"
#include "client/assemble/UsageError.h"
#include "client/core/Text.h"
#include "client/os/Errors.h"
#include "client/os/Files.h"
#include "client/verify/PrivateKey.h"

#include <sys/stat.h>

#include <fcntl.h>

#include <filesystem>
#include <ostream>
#include <system_error>

namespace baton::assemble {
namespace {

constexpr mode_t Secret = 0600;
constexpr mode_t ForAll = 0644;

// O_EXCL: a key that signs releases somewhere is not lost to a slip.
void writeNew(const std::string& file, const std::string& text, mode_t mode)
try {
    const auto made = os::open(file, O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW, mode);
    os::check(::fchmod(made.get(), mode), "set the mode of " + file); // Whatever the umask.
    os::writeAll(made.get(), text, file);
    os::syncFile(made.get(), file);
} catch (const std::system_error& error) {
    throw UsageError(error.what() + std::string(error.code().value() == EEXIST ? "; keygen replaces no key" : ""),
                     exitcode::CannotCreate);
}

std::optional<std::string> wantedPassPhrase(const Values& values)
{
    if (!values.isOn("ask-pass")) return passPhraseFromFile(values);
    auto first = askPassPhrase("Pass phrase for the new key");
    if (!first) throw UsageError("--ask-pass: there is no terminal to ask, or nothing was typed; say --pass-file FILE");
    if (askPassPhrase("Once more") != first) throw UsageError("the two pass phrases differ; no key was made");
    return first;
}

} // namespace

int keygenCommand(const Resolved& resolved, std::ostream& out)
{
    if (resolved.rest.size() != 1) throw UsageError("say where the key is to be written: baton keygen release.key");
    const auto& file = resolved.rest.front();
    for (const auto& path : {file, file + ".pub"})
        if (std::filesystem::exists(std::filesystem::symlink_status(path)))
            throw UsageError(escaped(path) + " is there already; keygen replaces no key", exitcode::CannotCreate);
    const bool isEd25519 = resolved.values.text("type") != "ecdsa-p256";
    const auto passPhrase = wantedPassPhrase(resolved.values);
    const auto key =
        verify::PrivateKey::generate(isEd25519 ? verify::Algorithm::Ed25519 : verify::Algorithm::EcdsaP256);
    writeNew(file, key.pem(passPhrase), Secret);
    writeNew(file + ".pub", key.publicKey().pem(), ForAll);
    out << "private key: " << escaped(file, 4096) << (passPhrase ? "" : " (without a pass phrase)")
        << "\npublic key:  " << escaped(file, 4096) << ".pub\nkey id:      " << key.publicKey().id() << '\n';
    return exitcode::Ok;
}

} // namespace baton::assemble
