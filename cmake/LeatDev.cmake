# SPDX-License-Identifier: MIT
# SPDX-FileCopyrightText: 2026 the leat authors
#
# How leat's own people compile: many warnings, each an error in the presets (not
# for those who install with a compiler that knows new ones), and sanitizers.
# Included only when leat is the project that is built, so that a project which
# embeds leat keeps its own flags.
option(LEAT_WERROR "warnings are errors" OFF)
set(LEAT_SANITIZE "" CACHE STRING "e.g. address,undefined or thread")

set(LEAT_WARNINGS
    -Wall -Wextra -Wpedantic -Wundef -Wshadow -Wconversion -Wcast-qual -Wvla
    -Wpointer-arith -Wimplicit-fallthrough)
set(LEAT_WARNINGS_C ${LEAT_WARNINGS} -Wstrict-prototypes -Wmissing-prototypes)
if(LEAT_WERROR)
    list(APPEND LEAT_WARNINGS -Werror)
    list(APPEND LEAT_WARNINGS_C -Werror)
endif()
add_compile_options("$<$<COMPILE_LANGUAGE:C>:${LEAT_WARNINGS_C}>"
                    "$<$<COMPILE_LANGUAGE:CXX>:${LEAT_WARNINGS}>")

if(LEAT_SANITIZE)
    add_compile_options(-fsanitize=${LEAT_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${LEAT_SANITIZE})
endif()

# compile_commands.json, for editors
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
