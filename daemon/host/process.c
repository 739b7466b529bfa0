#include "host/process.h"

#include <dirent.h>
#include <stdio.h>
#include <sys/resource.h>
#include <unistd.h>

/* jemalloc's, where the program has it. */
extern int mallctl(const char *name, void *old, size_t *old_size, void *next, size_t next_size)
    __attribute__((weak));

static void read_memory(size_t *resident, size_t *virtual)
{
    unsigned long all = 0, present = 0;
    FILE *file = fopen("/proc/self/statm", "re");
    *resident = *virtual = 0;
    if (file == NULL)
        return;
    if (fscanf(file, "%lu %lu", &all, &present) == 2) {
        *virtual = all * (size_t)sysconf(_SC_PAGESIZE);
        *resident = present * (size_t)sysconf(_SC_PAGESIZE);
    }
    fclose(file);
}

size_t process_resident(void)
{
    size_t resident, virtual;
    read_memory(&resident, &virtual);
    return resident;
}

/* Its numbers are as old as the epoch that is asked for. */
static size_t read_allocated(void)
{
    uint64_t epoch = 1;
    size_t size = sizeof(epoch), allocated = 0;
    if (mallctl == NULL || mallctl("epoch", &epoch, &size, &epoch, size) != 0)
        return 0;
    size = sizeof(allocated);
    return mallctl("stats.allocated", &allocated, &size, NULL, 0) == 0 ? allocated : 0;
}

static size_t count_entries(const char *path)
{
    DIR *folder = opendir(path);
    size_t count = 0;
    if (folder == NULL)
        return 0;
    for (const struct dirent *entry; (entry = readdir(folder)) != NULL;)
        count += entry->d_name[0] != '.';
    closedir(folder);
    return count;
}

void process_look(struct process_numbers *numbers)
{
    struct rusage usage;
    struct rlimit files;
    *numbers = (struct process_numbers){ .allocated = read_allocated(),
                                         .threads = count_entries("/proc/self/task") };
    size_t open = count_entries("/proc/self/fd");
    numbers->open_files = open > 0 ? open - 1 : 0; /* the folder itself */
    read_memory(&numbers->resident, &numbers->virtual);
    if (getrlimit(RLIMIT_NOFILE, &files) == 0)
        numbers->most_files = files.rlim_cur;
    if (getrusage(RUSAGE_SELF, &usage) == 0)
        numbers->cpu_us = (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * INT64_C(1000000) +
                          usage.ru_utime.tv_usec + usage.ru_stime.tv_usec;
}
