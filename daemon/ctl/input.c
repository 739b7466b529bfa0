#include "ctl/input.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>
#include <zstd.h>

#include "base/buf.h"
#include "base/mem.h"

enum { CHUNK = 256 * 1024 };

struct input {
    const char *path;
    gzFile file; /* gives out as it is what is not gzip; pipes too, which cannot be rewound */
    ZSTD_DStream *zstd; /* NULL: the file is none of Zstandard */
    ZSTD_inBuffer packed;
    char *packed_memory;
    size_t frame_left; /* not 0: a frame is not complete */
    struct buf text;   /* unpacked, [at, size) not given out yet */
    size_t at;
    bool begun, ended;
    long line;
};

static const char zstd_magic[4] = { 0x28, (char)0xb5, 0x2f, (char)0xfd };

struct input *input_open(const char *path, struct error *err)
{
    int descriptor = strcmp(path, "-") == 0 ? dup(STDIN_FILENO) : open(path, O_RDONLY | O_CLOEXEC);
    if (descriptor < 0) {
        error_set(err, "%s: %s", path, strerror(errno));
        return NULL;
    }
    gzFile file = gzdopen(descriptor, "rb");
    if (file == NULL) {
        error_set(err, "%s: cannot be read", path);
        close(descriptor);
        return NULL;
    }
    gzbuffer(file, CHUNK);
    struct input *input = mem_alloc(sizeof(*input));
    input->path = path;
    input->file = file;
    return input;
}

void input_close(struct input *input)
{
    if (input == NULL)
        return;
    gzclose(input->file);
    ZSTD_freeDStream(input->zstd);
    free(input->packed_memory);
    buf_free(&input->text);
    free(input);
}

/* Up to CHUNK bytes of the file, 0 at its end; -1 + err. */
static int read_chunk(struct input *input, char *memory, struct error *err)
{
    int got = gzread(input->file, memory, CHUNK);
    int code = Z_OK;
    /* A cut file reads as a short one; only this tells. */
    const char *text = got > 0 ? NULL : gzerror(input->file, &code);
    if (got < 0 || (code != Z_OK && code != Z_STREAM_END)) {
        error_set(err, "%s: %s", input->path, code == Z_ERRNO ? strerror(errno) : text);
        return -1;
    }
    return got;
}

static bool fill_zstd(struct input *input, struct error *err)
{
    if (input->packed.pos == input->packed.size) {
        int got = read_chunk(input, input->packed_memory, err);
        if (got < 0)
            return false;
        if (got == 0) {
            input->ended = true;
            return input->frame_left == 0 ||
                   error_set(err, "%s: ends in the middle of a Zstandard frame", input->path);
        }
        input->packed = (ZSTD_inBuffer){ input->packed_memory, (size_t)got, 0 };
    }
    buf_reserve(&input->text, CHUNK);
    ZSTD_outBuffer out = { input->text.data + input->text.size, CHUNK, 0 };
    input->frame_left = ZSTD_decompressStream(input->zstd, &out, &input->packed);
    if (ZSTD_isError(input->frame_left))
        return error_set(err, "%s: %s", input->path, ZSTD_getErrorName(input->frame_left));
    input->text.size += out.pos;
    return true;
}

/* What was read first turns out to be packed. */
static void begin_zstd(struct input *input)
{
    input->zstd = ZSTD_createDStream();
    input->packed_memory = mem_alloc(CHUNK);
    memcpy(input->packed_memory, input->text.data, input->text.size);
    input->packed = (ZSTD_inBuffer){ input->packed_memory, input->text.size, 0 };
    input->text.size = 0;
}

static bool fill(struct input *input, struct error *err)
{
    if (input->zstd != NULL)
        return fill_zstd(input, err);
    buf_reserve(&input->text, CHUNK);
    int got = read_chunk(input, input->text.data + input->text.size, err);
    if (got < 0)
        return false;
    input->ended = got == 0;
    input->text.size += (size_t)got;
    if (!input->begun && got >= (int)sizeof(zstd_magic) &&
        memcmp(input->text.data, zstd_magic, sizeof(zstd_magic)) == 0)
        begin_zstd(input);
    input->begun = true;
    return true;
}

bool input_line(struct input *input, struct str *line, struct error *err)
{
    size_t searched = input->at;
    for (;;) {
        char *start = input->text.data + input->at;
        char *newline = input->text.size > searched
                            ? memchr(input->text.data + searched, '\n', input->text.size - searched)
                            : NULL;
        if (newline || (input->ended && input->at < input->text.size)) {
            size_t size = newline ? (size_t)(newline - start) : input->text.size - input->at;
            *line = (struct str){ start, size };
            input->at += size + (newline ? 1 : 0);
            input->line++;
            return true;
        }
        if (input->ended)
            return false;
        if (input->at > 0) {
            input->text.size -= input->at;
            memmove(input->text.data, start, input->text.size);
            input->at = 0;
        }
        searched = input->text.size;
        if (!fill(input, err))
            return false;
    }
}

long input_line_number(const struct input *input)
{
    return input->line;
}
