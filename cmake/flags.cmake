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
