# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# What an installed leat consists of: headers, libraries, find_package(leat) with
# leat::leat (static) and leat::shared, and leat.pc. The prefix may be moved.
include(CMakePackageConfigHelpers)

set(LEAT_CMAKE_DIR ${CMAKE_INSTALL_LIBDIR}/cmake/leat)
install(TARGETS ${LEAT_TARGETS} EXPORT leat)
install(DIRECTORY include/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR})
install(EXPORT leat NAMESPACE leat:: FILE leat-targets.cmake
        DESTINATION ${LEAT_CMAKE_DIR})

configure_package_config_file(
    cmake/leat-config.cmake.in ${PROJECT_BINARY_DIR}/leat-config.cmake
    INSTALL_DESTINATION ${LEAT_CMAKE_DIR} NO_SET_AND_CHECK_MACRO)
# before 1.0 each minor version may break the one before
write_basic_package_version_file(
    ${PROJECT_BINARY_DIR}/leat-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${PROJECT_BINARY_DIR}/leat-config.cmake
              ${PROJECT_BINARY_DIR}/leat-config-version.cmake
        DESTINATION ${LEAT_CMAKE_DIR})

# pkg-config finds the prefix from where leat.pc lies
file(RELATIVE_PATH LEAT_PC_PREFIX
     ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" LEAT_PC_PREFIX "${LEAT_PC_PREFIX}")
configure_file(cmake/leat.pc.in ${PROJECT_BINARY_DIR}/leat.pc @ONLY)
install(FILES ${PROJECT_BINARY_DIR}/leat.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)
