#include "ctl/input.h"

#include <errno.h>
#include <stdio.h>
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
    FILE *file;  /* of a .zst; else NULL */
    gzFile gzip; /* reads plain files as they are */
    ZSTD_DStream *zstd;
    ZSTD_inBuffer packed;
    char *packed_memory;
    size_t frame_left; /* not 0: a frame is not complete */
    struct buf text;   /* unpacked, [at, size) not given out yet */
    size_t at;
    bool ended;
    long line;
};

static const unsigned char zstd_magic[4] = { 0x28, 0xb5, 0x2f, 0xfd };

struct input *input_open(const char *path, struct error *err)
{
    struct input *input = mem_alloc(sizeof(*input));
    input->path = path;
    bool standard = strcmp(path, "-") == 0;
    FILE *file = standard ? stdin : fopen(path, "rb");
    if (file == NULL) {
        error_set(err, "%s: %s", path, strerror(errno));
        free(input);
        return NULL;
    }
    unsigned char magic[4] = { 0 };
    size_t got = standard ? 0 : fread(magic, 1, sizeof(magic), file);
    if (got == sizeof(magic) && memcmp(magic, zstd_magic, sizeof(magic)) == 0) {
        rewind(file);
        input->file = file;
        input->zstd = ZSTD_createDStream();
        input->packed_memory = mem_alloc(CHUNK);
        return input;
    }
    int descriptor = dup(fileno(file));
    if (!standard) {
        fclose(file);
        lseek(descriptor, 0, SEEK_SET);
    }
    input->gzip = gzdopen(descriptor, "rb");
    if (input->gzip == NULL) {
        error_set(err, "%s: cannot be read", path);
        close(descriptor);
        free(input);
        return NULL;
    }
    gzbuffer(input->gzip, CHUNK);
    return input;
}

void input_close(struct input *input)
{
    if (input == NULL)
        return;
    if (input->file)
        fclose(input->file);
    if (input->gzip)
        gzclose(input->gzip);
    ZSTD_freeDStream(input->zstd);
    free(input->packed_memory);
    buf_free(&input->text);
    free(input);
}

static bool fill_zstd(struct input *input, struct error *err)
{
    if (input->packed.pos == input->packed.size) {
        size_t got = fread(input->packed_memory, 1, CHUNK, input->file);
        if (got == 0) {
            input->ended = true;
            if (ferror(input->file))
                return error_set(err, "%s: %s", input->path, strerror(errno));
            if (input->frame_left != 0)
                return error_set(err, "%s: ends in the middle of a Zstandard frame", input->path);
            return true;
        }
        input->packed = (ZSTD_inBuffer){ input->packed_memory, got, 0 };
    }
    buf_reserve(&input->text, CHUNK);
    ZSTD_outBuffer out = { input->text.data + input->text.size, CHUNK, 0 };
    input->frame_left = ZSTD_decompressStream(input->zstd, &out, &input->packed);
    if (ZSTD_isError(input->frame_left))
        return error_set(err, "%s: %s", input->path, ZSTD_getErrorName(input->frame_left));
    input->text.size += out.pos;
    return true;
}

static bool fill_gzip(struct input *input, struct error *err)
{
    buf_reserve(&input->text, CHUNK);
    int got = gzread(input->gzip, input->text.data + input->text.size, CHUNK);
    if (got < 0) {
        int code;
        return error_set(err, "%s: %s", input->path, gzerror(input->gzip, &code));
    }
    if (got == 0) {
        input->ended = true;
        /* A cut file reads as a short one; only closing tells. */
        int code;
        const char *text = gzerror(input->gzip, &code);
        if (code != Z_OK && code != Z_STREAM_END)
            return error_set(err, "%s: %s", input->path, text);
        return true;
    }
    input->text.size += (size_t)got;
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
        if (!(input->zstd ? fill_zstd(input, err) : fill_gzip(input, err)))
            return false;
    }
}

long input_line_number(const struct input *input)
{
    return input->line;
}
