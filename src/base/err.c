/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* err.c - names and texts of result codes, from the one list in err.h. */
#include <leat/err.h>

const char *leat_err_name(int code)
{
    if (code >= 0)
        return "LEAT_OK";
    switch (code) {
#define LEAT__ERR_NAME(name, value, text)                                      \
    case LEAT_##name:                                                          \
        return "LEAT_" #name;
        LEAT_ERR_MAP(LEAT__ERR_NAME)
#undef LEAT__ERR_NAME
    default:
        return "LEAT_EUNKNOWN";
    }
}

const char *leat_err_text(int code)
{
    if (code >= 0)
        return "success";
    switch (code) {
#define LEAT__ERR_TEXT(name, value, text)                                      \
    case LEAT_##name:                                                          \
        return text;
        LEAT_ERR_MAP(LEAT__ERR_TEXT)
#undef LEAT__ERR_TEXT
    default:
        return "unknown code";
    }
}
