/* How much memory the process has. */
#pragma once

#include <stddef.h>

size_t resident_bytes(void); /* 0: the system does not tell */
