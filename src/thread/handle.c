/* SPDX-License-Identifier: MIT
 * SPDX-FileCopyrightText: 2026 the leat authors */
/* handle.c - see handle.h. */
#include "thread/handle.h"
#include "base/mem.h"

void *leat__handle_new(size_t bytes, size_t align, const leat_job *job,
                       uint32_t tag)
{
    const char *name = job->name != NULL ? job->name : "";
    size_t name_bytes = strlen(name) + 1;
    unsigned char *block = leat__mem_alloc(bytes + name_bytes, align);
    if (block == NULL)
        return NULL;
    leat__handle *handle = (leat__handle *)(void *)block;
    leat__cancel_init(&handle->stop, 2); /* the handles, who runs it */
    handle->stop.lent = true;
    handle->stop.gone = leat__mem_free;
    handle->stop.gone_arg = block;
    handle->tag = tag;
    /* relaxed: nobody knows it yet */
    leat__st32_rlx(&handle->owners, 1);
    leat__token_init(&handle->ended);
    handle->name = memcpy(block + bytes, name, name_bytes);
    handle->fn = job->fn;
    handle->arg = job->arg;
    handle->result = 0;
    return block;
}

void leat__handle_own(leat__handle *handle)
{
    leat__add32_rlx(&handle->owners, 1); /* relaxed: the caller is an owner */
}

bool leat__handle_disown(leat__handle *handle, const char *sentence)
{
    /* ORDER handle.drop: each owner's joins before the last one's look at them. */
    if (leat__sub32_acqrel(&handle->owners, 1) != 1)
        return false;
    LEAT_CHECK(!leat__token_is_carried(&handle->ended), sentence);
    handle->tag = 0;
    return true;
}

void leat__handle_end(leat__handle *handle, int result)
{
    handle->result = result; /* I1 */
    leat__token_fire(&handle->ended);
}
