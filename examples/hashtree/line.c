/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* line.c - a line of output. */
#include "hashtree.h"

#include <stdio.h>
#include <string.h>

/* A name with one of these is printed with escapes, and its line begins with a
 * backslash: sha256sum's way to keep a line a line. */
static const char *escape_of(char c)
{
    switch (c) {
    case '\\':
        return "\\\\";
    case '\n':
        return "\\n";
    case '\r':
        return "\\r";
    default:
        return NULL;
    }
}

bool print_line(const struct file *file)
{
    if (strpbrk(file->path, "\\\n\r") != NULL)
        putchar('\\');
    for (int i = 0; i < DIGEST_BYTES; i++)
        printf("%02x", file->digest[i]);
    fputs("  ", stdout);
    for (const char *c = file->path; *c != '\0'; c++) {
        const char *escape = escape_of(*c);
        if (escape != NULL)
            fputs(escape, stdout);
        else
            putchar(*c);
    }
    putchar('\n');
    return !ferror(stdout);
}
