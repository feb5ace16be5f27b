# What find_package(baton) reads: the libraries baton::service, baton::program and those below them.
include(CMakeFindDependencyMacro)
find_dependency(Poco 1.11 COMPONENTS Foundation Net NetSSL XML JSON Util)
find_dependency(OpenSSL 3 COMPONENTS Crypto SSL)
find_dependency(LibArchive)
find_dependency(nlohmann_json 3.11)
find_dependency(Threads)
find_dependency(date 3)
include(${CMAKE_CURRENT_LIST_DIR}/batonTargets.cmake)
