/* Heap memory. Running out ends the process with abort(): every effect of this program is in a
 * Kafka transaction, so a crash loses nothing, while half-handled allocation failures would. */
#pragma once

#include <stddef.h>
#include "base/str.h"

void *mem_alloc(size_t size);               /* zeroed; free() releases it */
void *mem_array(size_t count, size_t size); /* zeroed; checks the product */
void *mem_resize(void *memory, size_t count, size_t size);
char *mem_copy(const void *data, size_t size); /* with a NUL behind it */
