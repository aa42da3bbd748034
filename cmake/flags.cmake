# kad_flags: what every target of ours is compiled with.
add_library(kad_flags INTERFACE)
target_compile_definitions(kad_flags INTERFACE _GNU_SOURCE KAD_VERSION="${PROJECT_VERSION}")
target_compile_options(kad_flags INTERFACE
    -Wall -Wextra -Wshadow -Wconversion
    $<$<BOOL:${KAD_WERROR}>:-Werror>
    -ffile-prefix-map=${PROJECT_SOURCE_DIR}/=)

# What a program needs that links libkad: kad build and kad_add_workflow() read it from
# lib/kad/link-flags, one line.
set(KAD_LINK_FLAGS -Wl,--as-needed -lsqlite3 -ljansson -lyaml -lpcre2-8 -lutf8proc -lnettle
    -lm -pthread -Wl,--build-id=sha1)

# A shared library costs each start of a program 50 to 500 us, SQLite most of all: together a
# tenth of what a short run takes. So the libraries are taken from their archives where these
# are installed and link by themselves. A repaired library then reaches a program when it is
# built again: `kad build` and CMake see that the archive has changed.
option(KAD_ARCHIVES "Link the libraries as archives, where there are some" ON)
function(kad_use_archive target name)
    find_library(${target}_ARCHIVE lib${name}.a)
    if(NOT KAD_ARCHIVES OR NOT ${target}_ARCHIVE)
        return()
    endif()
    set(CMAKE_REQUIRED_QUIET ON)
    set(CMAKE_REQUIRED_LIBRARIES
        -Wl,--whole-archive ${${target}_ARCHIVE} -Wl,--no-whole-archive -lm -pthread)
    check_c_source_compiles("int main(void) { return 0; }" ${target}_ARCHIVE_LINKS)
    if(NOT ${target}_ARCHIVE_LINKS)
        return()
    endif()
    set_target_properties(PkgConfig::${target} PROPERTIES
        INTERFACE_LINK_LIBRARIES "${${target}_ARCHIVE};m;Threads::Threads")
    list(TRANSFORM KAD_LINK_FLAGS REPLACE "^-l${name}$" "${${target}_ARCHIVE}")
    set(KAD_LINK_FLAGS ${KAD_LINK_FLAGS} PARENT_SCOPE)
endfunction()
include(CheckCSourceCompiles)
kad_use_archive(JANSSON jansson)
kad_use_archive(NETTLE nettle)
kad_use_archive(PCRE2 pcre2-8)
kad_use_archive(SQLITE sqlite3)
kad_use_archive(UTF8PROC utf8proc)
kad_use_archive(YAML yaml)

target_link_options(kad_flags INTERFACE -Wl,--as-needed -Wl,--build-id=sha1)

if(KAD_FUZZ)
    target_compile_options(kad_flags INTERFACE -fsanitize=fuzzer-no-link)
    target_link_options(kad_flags INTERFACE -fsanitize=fuzzer-no-link)
endif()

if(KAD_SANITIZE)
    set(sanitize -fsanitize=${KAD_SANITIZE} -fno-sanitize-recover=all)
    target_compile_options(kad_flags INTERFACE ${sanitize} -fno-omit-frame-pointer)
    target_compile_definitions(kad_flags INTERFACE KAD_DEBUG_ARENA)
    target_link_options(kad_flags INTERFACE ${sanitize})
    list(APPEND KAD_LINK_FLAGS ${sanitize})
endif()
