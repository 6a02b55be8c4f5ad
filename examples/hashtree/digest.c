/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* digest.c - reading and hashing one file: what the workers do. */
#include "hashtree.h"

#include <errno.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>

enum { BLOCK_BYTES = 1 << 16 };

/* 0, or an errno value */
static int digest_stream(FILE *in, EVP_MD_CTX *context, struct file *file,
                         leat_cancel *stop)
{
    unsigned char *block = malloc(BLOCK_BYTES);
    int error = block == NULL ? ENOMEM : 0;
    size_t n = 0;
    do {
        if (error == 0 && leat_cancel_check(stop))
            error = ECANCELED;
        if (error != 0)
            break;
        n = fread(block, 1, BLOCK_BYTES, in);
        if (ferror(in))
            error = errno != 0 ? errno : EIO;
        else if (n > 0 && EVP_DigestUpdate(context, block, n) != 1)
            error = ENOMEM;
        file->bytes += (long long)n;
    } while (n > 0);
    free(block);
    return error;
}

static int digest_open(FILE *in, struct file *file, leat_cancel *stop)
{
    EVP_MD_CTX *context = EVP_MD_CTX_new();
    int error = ENOMEM;
    if (context != NULL && EVP_DigestInit_ex(context, EVP_sha256(), NULL) == 1)
        error = digest_stream(in, context, file, stop);
    if (error == 0 && EVP_DigestFinal_ex(context, file->digest, NULL) != 1)
        error = ENOMEM;
    EVP_MD_CTX_free(context);
    return error;
}

int digest_file(void *arg, leat_cancel *stop)
{
    struct file *file = arg;
    errno = 0;
    FILE *in = fopen(file->path, "rb");
    if (in == NULL) {
        file->error = errno;
        return -1;
    }
    setvbuf(in, NULL, _IONBF, 0); /* blocks are large enough */
    file->error = digest_open(in, file, stop);
    fclose(in);
    return file->error == 0 ? 0 : -1;
}
