# kad_add_workflow(FILE.yaml [MODULES DIR...] [GENERATED DIR])
#
# Adds the program wf-ID for workflows/ID.yaml: kadc writes C when the YAML, a manifest or kadc
# has changed, and the C compiler makes it a program with libkad and the shipped modules.
#
#   MODULES    folders of modules of one's own, beside the shipped ones; default: modules/ of
#              the current source folder, if it is there. A module is DIR/NAME/module.yaml,
#              with NAME.c beside it if it is native.
#   GENERATED  where the C is written, by no other workflow; default: generated/ID in the
#              build tree.
#
# Which modules a workflow uses, and which workflows beside it it calls, is read from its
# `module:` and `workflow:` lines when CMake configures. Called workflows are compiled into the
# program, without a main function of their own.

# What stands behind KEY: in a file, each once.
function(kad_workflow_names yaml key result)
    set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${yaml})
    file(STRINGS ${yaml} lines REGEX "(^|[\"' {,-])${key}[\"']?[ ]*:")
    set(names "")
    foreach(line IN LISTS lines)
        if(line MATCHES "${key}[\"']?[ ]*:[ ]*[\"']?([a-z0-9_-]+)")
            list(APPEND names ${CMAKE_MATCH_1})
        endif()
    endforeach()
    list(REMOVE_DUPLICATES names)
    set(${result} ${names} PARENT_SCOPE)
endfunction()

# The files of the workflows that a workflow calls, directly or through others.
function(kad_called_workflows yaml result)
    get_filename_component(dir ${yaml} DIRECTORY)
    set(open ${yaml})
    set(found "")
    while(open)
        list(POP_FRONT open file)
        kad_workflow_names(${file} workflow names)
        foreach(name IN LISTS names)
            foreach(called ${dir}/${name}.yaml ${dir}/${name}.yml ${dir}/${name}.json)
                if(EXISTS ${called} AND NOT called STREQUAL yaml AND NOT called IN_LIST found)
                    list(APPEND found ${called})
                    list(APPEND open ${called})
                endif()
            endforeach()
        endforeach()
    endwhile()
    set(${result} ${found} PARENT_SCOPE)
endfunction()

# Sources of those of the modules that are the project's own, and what they depend on.
function(kad_own_modules names dirs generated sources manifests)
    set(found "")
    set(yamls "")
    foreach(name IN LISTS names)
        foreach(dir IN LISTS dirs)
            if(EXISTS ${dir}/${name}/module.yaml)
                list(APPEND yamls ${dir}/${name}/module.yaml)
                list(APPEND found ${generated}/modules/${name}.c)
                if(EXISTS ${dir}/${name}/${name}.c)
                    list(APPEND found ${dir}/${name}/${name}.c)
                endif()
                break()
            endif()
        endforeach()
    endforeach()
    set(${sources} ${found} PARENT_SCOPE)
    set(${manifests} ${yamls} PARENT_SCOPE)
endfunction()

function(kad_add_workflow file)
    cmake_parse_arguments(ARG "" "GENERATED" "MODULES" ${ARGN})
    get_filename_component(yaml ${file} ABSOLUTE)
    get_filename_component(id ${file} NAME_WE)
    set(generated ${CMAKE_CURRENT_BINARY_DIR}/generated/${id})
    if(ARG_GENERATED)
        set(generated ${ARG_GENERATED})
    endif()
    if(NOT ARG_MODULES AND EXISTS ${CMAKE_CURRENT_SOURCE_DIR}/modules)
        set(ARG_MODULES modules)
    endif()
    set(dirs "")
    set(options "")
    foreach(dir IN LISTS ARG_MODULES)
        get_filename_component(dir ${dir} ABSOLUTE)
        list(APPEND dirs ${dir})
        file(RELATIVE_PATH dir ${CMAKE_CURRENT_SOURCE_DIR} ${dir})
        list(APPEND options --modules ${dir})
    endforeach()
    file(RELATIVE_PATH source ${CMAKE_CURRENT_SOURCE_DIR} ${yaml})
    kad_called_workflows(${yaml} called)
    set(names "")
    foreach(each ${yaml} ${called})
        kad_workflow_names(${each} module more)
        list(APPEND names ${more})
    endforeach()
    list(REMOVE_DUPLICATES names)
    set(called_sources "")
    set(called_headers "")
    foreach(each IN LISTS called)
        get_filename_component(each ${each} NAME_WE)
        list(APPEND called_sources ${generated}/${each}.c)
        list(APPEND called_headers ${generated}/${each}.h)
    endforeach()
    kad_own_modules("${names}" "${dirs}" ${generated} sources manifests)

    set(stamp ${CMAKE_CURRENT_BINARY_DIR}/wf-${id}.stamp)
    set(tables ${sources})
    list(FILTER tables INCLUDE REGEX "^${generated}/")
    add_custom_command(
        OUTPUT ${stamp}
        BYPRODUCTS ${generated}/${id}.c ${generated}/${id}.h ${tables}
            ${called_sources} ${called_headers}
        COMMAND kad::kadc ${source} -o ${generated} ${options} --modules ${KAD_MANIFESTS}
        COMMAND ${CMAKE_COMMAND} -E touch ${stamp}
        DEPENDS ${yaml} ${called} ${manifests} kad::kadc
        WORKING_DIRECTORY ${CMAKE_CURRENT_SOURCE_DIR}
        COMMENT "Compiling workflow ${id}"
        VERBATIM)
    set_source_files_properties(${called_sources} PROPERTIES COMPILE_DEFINITIONS KAD_CALLED)
    add_executable(wf-${id} ${generated}/${id}.c ${called_sources} ${sources} ${stamp})
    target_include_directories(wf-${id} PRIVATE ${generated})
    target_link_libraries(wf-${id} PRIVATE kad::modules kad::runtime)
endfunction()
