#!/usr/bin/env bash
# The publisher's commands, and a stranger who has openssl and jq and nothing of ours: keygen, sign here and elsewhere, verify.
set -euo pipefail
baton=$1
for tool in openssl jq base64 sha256sum stat; do
    command -v "$tool" >/dev/null || { echo "NOT RUN: $tool is missing"; exit 77; }
done
scratch=$(mktemp -d)
trap 'rm -rf "$scratch"' EXIT
cd "$scratch"
export -n BATON_KEY 2>/dev/null || true

fail() { echo "FAILED: $*" >&2; exit 1; }
# refuses CODE WORDS COMMAND…: it ends with that code, and says these words.
refuses() {
    local code=0 said words=$2 wanted=$1
    shift 2
    said=$("$@" 2>&1 </dev/null) || code=$?
    [ "$code" = "$wanted" ] || fail "$* ended with $code, not $wanted: $said"
    grep -qF -- "$words" <<<"$said" || fail "$* does not say '$words': $said"
}

# byHand STATEMENT PUBLIC-KEY KIND: the check of docs/signing.md.
byHand() {
    local F=$1 T
    jq -r .payload "$F" | base64 -d >body
    T=$(jq -r .payloadType "$F")
    { printf 'DSSEv1 %d %s %d ' ${#T} "$T" "$(stat -c %s body)"; cat body; } >pae
    jq -r '.signatures[0].sig' "$F" | base64 -d >sig
    case $3 in
    ecdsa-p256) openssl dgst -sha256 -verify "$2" -signature sig pae >/dev/null ;;
    ed25519) openssl pkeyutl -verify -rawin -pubin -inkey "$2" -sigfile sig -in pae >/dev/null ;;
    esac || return 1
    jq -r '.subject[] | .digest.sha256 + "  " + .name' body | sha256sum --quiet -c
}

echo "the payload of 1.5.0" >web-1.5.0.tar
echo "and what goes with it" >words.txt
echo "correct horse battery" >pass
chmod 600 pass

for kind in ed25519 ecdsa-p256; do
    "$baton" keygen "$kind.key" --type "$kind" | grep -q 'key id: ' || fail "keygen says no id"
    [ "$(stat -c %a "$kind.key")" = 600 ] || fail "the private key has mode $(stat -c %a "$kind.key")"
    refuses 73 "keygen replaces no key" "$baton" keygen "$kind.key"
    openssl pkey -in "$kind.key" -pubout | cmp - "$kind.key.pub" || fail "openssl reads another key"

    "$baton" sign --key "$kind.key" --app-id web --app-version 1.5.0 --for-track stable web-1.5.0.tar words.txt
    byHand web-1.5.0.tar.dsse.json "$kind.key.pub" "$kind" || fail "openssl and jq do not verify what $kind signed"
    "$baton" verify --public-key "$kind.key.pub" --app-id web --app-version 1.5.0 --track stable web-1.5.0.tar words.txt >verified
    grep -q 'holds        it has not run out' verified || fail "verify explains nothing: $(cat verified)"
    refuses 65 "is for the app web, not for api" "$baton" verify --public-key "$kind.key.pub" --app-id api web-1.5.0.tar words.txt
    refuses 65 "signed package words.txt is not among" "$baton" verify --public-key "$kind.key.pub" web-1.5.0.tar

    # The other way round: what openssl signed, baton verifies.
    "$baton" sign --to-sign to-sign --app-id web --app-version 1.5.0 --output by-hand.dsse.json web-1.5.0.tar
    refuses 65 "signatures is empty" "$baton" verify --public-key "$kind.key.pub" --statement by-hand.dsse.json web-1.5.0.tar
    case $kind in
    ecdsa-p256) openssl dgst -sha256 -sign "$kind.key" -out signature to-sign ;;
    ed25519) openssl pkeyutl -sign -rawin -inkey "$kind.key" -in to-sign -out signature ;;
    esac
    "$baton" sign by-hand.dsse.json --signature signature --public-key "$kind.key.pub"
    "$baton" verify --public-key "$kind.key.pub" --statement by-hand.dsse.json web-1.5.0.tar >/dev/null
    head -c 20 signature >short
    refuses 65 "holds for no key" "$baton" sign by-hand.dsse.json --signature short --public-key "$kind.key.pub"

    # By the URI of a provider, here the one that reads files.
    "$baton" sign --key "file:$scratch/$kind.key" --app-id web --app-version 1.5.0 web-1.5.0.tar words.txt
    byHand web-1.5.0.tar.dsse.json "$kind.key.pub" "$kind" || fail "what was signed by a URI does not hold"
done
refuses 65 "no provider of OpenSSL opens" "$baton" sign --key pkcs11:token=none --app-id web --app-version 1.5.0 words.txt

# Under a pass phrase, which stands nowhere but in its file.
"$baton" keygen sealed.key --pass-file pass >/dev/null
grep -q 'BEGIN ENCRYPTED PRIVATE KEY' sealed.key || fail "the key is not under a pass phrase"
openssl pkey -in sealed.key -passin file:pass -noout || fail "openssl does not open it"
"$baton" sign --key sealed.key --pass-file pass --app-id web --app-version 1.5.0 words.txt
refuses 65 "pass phrase" setsid "$baton" sign --key sealed.key --app-id web --app-version 1.5.0 words.txt
echo wrong >wrong
chmod 600 wrong
refuses 65 "pass phrase is not the one" "$baton" sign --key sealed.key --pass-file wrong --app-id web --app-version 1.5.0 words.txt
chmod 604 wrong
refuses 65 "open to everybody" "$baton" sign --key sealed.key --pass-file wrong --app-id web --app-version 1.5.0 words.txt

# Two signatures, one after the other; then a list of keys.
"$baton" sign --key ed25519.key --app-id web --app-version 1.5.0 words.txt
"$baton" sign --key ecdsa-p256.key words.txt.dsse.json | grep -q '2 signatures' || fail "the second signature is not added"
"$baton" sign --key ecdsa-p256.key words.txt.dsse.json | grep -q '2 signatures' || fail "one key signs twice"
"$baton" sign --keys-version 1 --threshold 2 --public-key ed25519.key.pub --public-key ecdsa-p256.key.pub \
    --key ed25519.key --key ecdsa-p256.key | grep -q 'keys-1.json: 2 signatures' || fail "no list of keys"
jq -r .payload keys-1.json | base64 -d | jq -e '.predicate | .version == 1 and .threshold == 2 and (.keys | length) == 2' >/dev/null ||
    fail "the list of keys says something else"
refuses 64 "more than there are keys" "$baton" sign --keys-version 1 --threshold 3 --public-key ed25519.key.pub --key ed25519.key

# The deltas of a release, as baton diff tells of them.
mkdir old
{ seq 20000; echo 1.4.0; } >old/web-1.4.0
{ seq 20000; echo 1.5.0; } >web-1.5.0
"$baton" diff --against old web-1.5.0 . --json >deltas.json
"$baton" sign --key ed25519.key --app-id web --app-version 1.5.0 --deltas deltas.json web-1.5.0
jq -r .payload web-1.5.0.dsse.json | base64 -d |
    jq -e --arg from "$(sha256sum <old/web-1.4.0 | cut -c1-64)" --arg made "$(sha256sum <web-1.4.0-web-1.5.0.bsdiff-zstd | cut -c1-64)" \
        '.predicate.deltas == [{from: $from, name: "web-1.4.0-web-1.5.0.bsdiff-zstd", algorithm: "bsdiff-zstd",
            size: .predicate.deltas[0].size, sha256: $made}]' >/dev/null || fail "the statement lists other deltas"
"$baton" verify --public-key ed25519.key.pub --app-id web --app-version 1.5.0 web-1.5.0 >/dev/null
refuses 65 "does not make the first package" "$baton" sign --key ed25519.key --app-id web --app-version 1.5.0 --deltas deltas.json words.txt
refuses 65 "is not what baton diff --json prints" "$baton" sign --key ed25519.key --app-id web --app-version 1.5.0 --deltas words.txt words.txt

# Spoilt afterwards, in one byte each.
"$baton" sign --key ed25519.key --app-id web --app-version 1.5.0 words.txt
cp words.txt kept
echo more >>words.txt
refuses 65 "words.txt has the SHA-256" "$baton" verify --public-key ed25519.key.pub words.txt
if byHand words.txt.dsse.json ed25519.key.pub ed25519 2>/dev/null; then fail "sha256sum took other bytes"; fi
mv kept words.txt
jq '.payload |= (@base64d | sub("1.5.0"; "1.6.0") | @base64)' words.txt.dsse.json >spoilt
refuses 65 "none of the trusted keys has signed it" "$baton" verify --public-key ed25519.key.pub --statement spoilt words.txt
if byHand spoilt ed25519.key.pub ed25519 2>/dev/null; then fail "openssl took another payload"; fi
refuses 65 "none of the trusted keys" "$baton" verify --public-key ecdsa-p256.key.pub words.txt
"$baton" verify --public-key ed25519.key.pub --json words.txt | jq -e '.verified and .rules.digest' >/dev/null || fail "no JSON"
refuses 64 "say whom to believe" "$baton" verify words.txt
refuses 64 "say with which key" "$baton" sign --app-id web --app-version 1.5.0 words.txt
refuses 64 "a release is signed for --app-id" "$baton" sign --key ed25519.key words.txt
refuses 65 "it holds a private key" "$baton" verify --public-key ed25519.key words.txt
echo "all as it should be"
