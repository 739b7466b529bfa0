/* What the system knows of this process. */
#pragma once

#include <stddef.h>
#include <stdint.h>

size_t process_resident(void); /* bytes of memory that it has; 0: the system does not tell */

struct process_numbers {      /* 0: the system does not tell */
    size_t resident, virtual; /* bytes */
    size_t allocated;         /* bytes that its allocator has given out */
    int64_t cpu_us;           /* of all threads, user and system */
    size_t open_files, most_files;
    size_t threads;
};
void process_look(struct process_numbers *numbers);
