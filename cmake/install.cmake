# The tree that kad, kadc and find_package(kad) work from, in the build folder and installed.
include(CMakePackageConfigHelpers)

list(JOIN KAD_LINK_FLAGS " " link_flags)
file(CONFIGURE OUTPUT ${PROJECT_BINARY_DIR}/lib/kad/link-flags CONTENT "${link_flags}\n" @ONLY)
file(MAKE_DIRECTORY ${PROJECT_BINARY_DIR}/include ${PROJECT_BINARY_DIR}/share/kad)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/runtime/include/kad ${PROJECT_BINARY_DIR}/include/kad
    SYMBOLIC)
file(CREATE_LINK ${PROJECT_SOURCE_DIR}/modules ${PROJECT_BINARY_DIR}/share/kad/modules SYMBOLIC)

configure_package_config_file(cmake/kadConfig.cmake.in ${PROJECT_BINARY_DIR}/kadConfig.cmake
    INSTALL_DESTINATION lib/cmake/kad)
write_basic_package_version_file(${PROJECT_BINARY_DIR}/kadConfigVersion.cmake
    COMPATIBILITY SameMinorVersion)

install(TARGETS kad kadc wf-implement-feature RUNTIME DESTINATION bin)
install(TARGETS kad_runtime kad_modules ARCHIVE DESTINATION lib)
install(FILES ${PROJECT_BINARY_DIR}/lib/kad/link-flags DESTINATION lib/kad)
install(DIRECTORY runtime/include/kad DESTINATION include)
install(DIRECTORY modules/ DESTINATION share/kad/modules FILES_MATCHING PATTERN module.yaml)
install(FILES cmake/kad_add_workflow.cmake ${PROJECT_BINARY_DIR}/kadConfig.cmake
    ${PROJECT_BINARY_DIR}/kadConfigVersion.cmake DESTINATION lib/cmake/kad)
install(FILES docs/man/kad.1 docs/man/kadc.1 DESTINATION share/man/man1)
