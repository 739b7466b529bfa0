#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

void *mem_alloc(size_t size)
{
    return mem_array(1, size);
}

void *mem_array(size_t count, size_t size)
{
    void *memory = calloc(count ? count : 1, size ? size : 1);

    if (!memory)
        abort();
    return memory;
}

void *mem_resize(void *memory, size_t count, size_t size)
{
    size_t bytes = 0;

    if (__builtin_mul_overflow(count, size, &bytes))
        abort();
    void *resized = realloc(memory, bytes ? bytes : 1);
    if (!resized)
        abort();
    return resized;
}

char *mem_copy(const void *data, size_t size)
{
    char *copy = mem_alloc(size + 1);

    if (size)
        memcpy(copy, data, size);
    return copy;
}
