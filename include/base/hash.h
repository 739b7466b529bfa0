/* Hashes: one for tables and identities, one that Kafka's Java client fixed for us. */
#pragma once

#include <stdint.h>
#include "base/str.h"

/* XXH3, 64 bits, no seed: stable across runs, machines and releases (it is stored in state). */
uint64_t hash64(struct str s);
/* The hash of several parts, unambiguous: {"ab","c"} differs from {"a","bc"}. */
uint64_t hash64_parts(const struct str *parts, size_t count);
/* 128 bits over parts as 32 lower-case hexadecimal digits, no NUL. */
void hash128_hex(const struct str *parts, size_t count, char hex[32]);

/* murmur2 as org.apache.kafka.common.utils.Utils computes it (seed 0x9747b28c). */
uint32_t murmur2(struct str s);
/* Where the Java client's default partitioner puts a key: (murmur2 & 0x7fffffff) mod count. */
int32_t kafka_partition(struct str key, int32_t count);
