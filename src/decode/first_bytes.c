#include "first_bytes.h"

#include <string.h>

#define BY_CLIENT ": let the client compress (compression.type), not the application"

/* Signatures of their own, from the formats' specifications. */
static const struct signature {
    const char *bytes;
    size_t size;
    const char *what;
} signatures[] = {
    { "\x1f\x8b", 2, "gzip" BY_CLIENT },
    { "\x28\xb5\x2f\xfd", 4, "zstd" BY_CLIENT },
    { "\x04\x22\x4d\x18", 4, "LZ4" BY_CLIENT },
    { "\x82SNAPPY\0", 8, "Snappy" BY_CLIENT },
    { "\xff\x06\0\0sNaPpY", 10, "Snappy" BY_CLIENT },
    { "BZh", 3, "bzip2" BY_CLIENT },
    { "PK\x03\x04", 4, "a ZIP archive" },
    { "\x78\x01", 2, "zlib" BY_CLIENT },
    { "\x78\x5e", 2, "zlib" BY_CLIENT },
    { "\x78\x9c", 2, "zlib" BY_CLIENT },
    { "\x78\xda", 2, "zlib" BY_CLIENT },
    { "Obj\x01", 4, "an Avro file: write each event as a JSON record" },
    { "\xc3\x01", 2, "a single Avro object: use a JSON serializer" },
    { "\xff\xfe\0\0", 4, "UTF-32: write UTF-8" },
    { "\0\0\xfe\xff", 4, "UTF-32: write UTF-8" },
    { "\xff\xfe", 2, "UTF-16: write UTF-8" },
    { "\xfe\xff", 2, "UTF-16: write UTF-8" },
    { "{\0", 2, "UTF-16: write UTF-8" },
    { "[\0", 2, "UTF-16: write UTF-8" },
    { "\0{", 2, "UTF-16: write UTF-8" },
    { "\0[", 2, "UTF-16: write UTF-8" },
    { "<?xml", 5, "XML: convert it to JSON before it is written" },
    { "eyJ", 3, "JSON in base64: write its bytes as they are" },
    { "\xac\xed\0\x05", 4, "a serialized Java object: use a JSON serializer" },
    { "{'", 2, "a Python dictionary: write json.dumps of it" },
    { "{u'", 3, "a Python dictionary: write json.dumps of it" },
};

/* Confluent's frame: a zero, the schema's number in four bytes, the data. */
enum { FRAME_SIZE = 5 };

static struct str frame_tell(struct str value, struct arena *arena)
{
    const unsigned char *byte = (const unsigned char *)value.data;
    unsigned id =
        (unsigned)byte[1] << 24 | (unsigned)byte[2] << 16 | (unsigned)byte[3] << 8 | byte[4];
    return arena_printf(arena,
                        "this is a Schema Registry frame (schema id %u), not JSON: "
                        "use the plain JSON serializer",
                        id);
}

static bool is_letter(char c)
{
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/* NAME=..., NAME of letters, digits and _ . - [ ] %. */
static bool is_form(struct str value)
{
    size_t at = 0;
    while (at < value.size && (is_letter(value.data[at]) ||
                               (value.data[at] && strchr("0123456789_.-[]%", value.data[at]))))
        at++;
    return at > 0 && at < value.size && is_letter(value.data[0]) && value.data[at] == '=' &&
           !memchr(value.data, '\n', value.size) && !memchr(value.data, ' ', value.size);
}

/* <34>Nov 21 ... and <34>1 2026-...: what syslog sends over the wire. */
static bool is_syslog(struct str value)
{
    size_t at = 1;
    while (at < value.size && at < 5 && value.data[at] >= '0' && value.data[at] <= '9')
        at++;
    return value.data[0] == '<' && at > 1 && at < value.size && value.data[at] == '>';
}

/* Control characters that no text has. */
static bool is_binary(struct str value)
{
    size_t size = value.size < 64 ? value.size : 64;
    for (size_t i = 0; i < size; i++) {
        unsigned char c = (unsigned char)value.data[i];
        if (c < 0x20 && c != '\n' && c != '\r' && c != '\t')
            return true;
    }
    return false;
}

static const char *tell(struct str value)
{
    for (size_t i = 0; i < sizeof(signatures) / sizeof(*signatures); i++)
        if (value.size >= signatures[i].size &&
            memcmp(value.data, signatures[i].bytes, signatures[i].size) == 0)
            return signatures[i].what;
    if (is_syslog(value))
        return "a syslog line: let a template write JSON";
    if (value.data[0] == '<')
        return "XML or HTML: convert it to JSON before it is written";
    if (is_form(value))
        return "a form (application/x-www-form-urlencoded): convert it to JSON before it is "
               "written";
    if (is_binary(value))
        return "binary, as Protobuf, Thrift or MessagePack write it: use a JSON serializer";
    return NULL;
}

struct str first_bytes_tell(struct str value, struct arena *arena)
{
    if (value.size == 0)
        return STR_NONE;
    if (value.size > FRAME_SIZE && value.data[0] == '\0' && value.data[1] != '{' &&
        value.data[1] != '[' && memcmp(value.data, "\0\0\xfe\xff", 4) != 0)
        return frame_tell(value, arena);
    const char *what = tell(value);
    return what ? arena_printf(arena, "this looks like %s", what) : STR_NONE;
}

struct str first_bytes_skip(struct str value)
{
    if (value.size >= 3 && memcmp(value.data, "\xef\xbb\xbf", 3) == 0)
        return (struct str){ value.data + 3, value.size - 3 };
    return value;
}
