# Public keys that a program has built in: it believes releases that these have signed, and takes no other key.

# baton_embed_public_key(TARGET FILE…): FILEs are PEM, as `baton keygen` writes them. Their text becomes part of TARGET; when
# one changes, TARGET is built anew.
function(baton_embed_public_key TARGET)
    if(NOT ARGN)
        message(FATAL_ERROR "baton_embed_public_key(${TARGET}): name the file of a public key")
    endif()
    foreach(key IN LISTS ARGN)
        get_filename_component(key "${key}" ABSOLUTE)
        file(READ "${key}" BATON_PEM)
        if(BATON_PEM MATCHES "PRIVATE KEY")
            message(FATAL_ERROR "baton_embed_public_key: ${key} is a private key; embed the public one, ${key}.pub")
        elseif(NOT BATON_PEM MATCHES "-----BEGIN PUBLIC KEY-----")
            message(FATAL_ERROR "baton_embed_public_key: ${key} holds no PUBLIC KEY in PEM")
        endif()
        set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${key}")
        string(SHA256 id "${BATON_PEM}")
        string(SUBSTRING "${id}" 0 12 id)
        set(source "${CMAKE_CURRENT_BINARY_DIR}/${TARGET}-key-${id}.cpp")
        file(CONFIGURE OUTPUT "${source}" @ONLY CONTENT [[// Made by baton_embed_public_key().
#include "client/verify/EmbeddedKeys.h"

namespace {

const baton::verify::EmbeddedKey key{R"pem(@BATON_PEM@)pem"};

} // namespace
]])
        target_sources(${TARGET} PRIVATE "${source}")
    endforeach()
    target_link_libraries(${TARGET} PRIVATE baton::verify)
endfunction()
