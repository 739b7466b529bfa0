/* Drives a fuzzer without libFuzzer: every file of the folders given, whole, cut at each of its
 * first bytes, and with single bytes changed in a fixed way. */
#include <dirent.h>
#include <string.h>

#include "fuzz.h"

enum { FILE_MAX = 64 * 1024, CUTS = 400, CHANGES = 400 };

/* In memory of its exact size, so that the sanitizer sees a byte read too far. */
static void run(const uint8_t *data, size_t size)
{
    uint8_t *exact = malloc(size ? size : 1);

    memcpy(exact, data, size);
    LLVMFuzzerTestOneInput(exact, size);
    free(exact);
}

static void run_file(const char *path)
{
    static uint8_t data[FILE_MAX];
    FILE *file = fopen(path, "rb");

    if (!file) {
        perror(path);
        exit(1);
    }
    size_t size = fread(data, 1, sizeof(data), file);
    fclose(file);
    run(data, size);
    for (size_t cut = 0; cut < size && cut < CUTS; cut++)
        run(data, cut);
    uint64_t random = size;
    for (int i = 0; i < CHANGES && size > 0; i++) {
        random = random * 6364136223846793005u + 1442695040888963407u;
        size_t at = (size_t)(random >> 33) % size;
        uint8_t kept = data[at];
        data[at] = (uint8_t)(random >> 24);
        run(data, size);
        data[at] = kept;
    }
}

int main(int argc, char **argv)
{
    int files = 0;

    for (int i = 1; i < argc; i++) {
        DIR *folder = opendir(argv[i]);
        if (!folder) {
            perror(argv[i]);
            return 1;
        }
        for (const struct dirent *entry; (entry = readdir(folder));) {
            char path[4096];
            if (entry->d_name[0] == '.')
                continue;
            snprintf(path, sizeof(path), "%s/%s", argv[i], entry->d_name);
            run_file(path);
            files++;
        }
        closedir(folder);
    }
    printf("%d files\n", files);
    return files > 0 ? 0 : 1;
}
