#include "encode/records.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"
#include "encode/parts.h"

struct encoder *encoder_new(const struct config *config, int32_t partition, int32_t home_partitions)
{
    struct encoder *encoder = mem_alloc(sizeof(*encoder));
    encoder->partition = partition;
    encoder->home_partitions = home_partitions;
    encoder_configure(encoder, config);
    return encoder;
}

void encoder_free(struct encoder *encoder)
{
    if (!encoder)
        return;
    zone_close(encoder->zone);
    buf_free(&encoder->buf);
    free(encoder);
}

void encoder_configure(struct encoder *encoder, const struct config *config)
{
    zone_close(encoder->zone);
    encoder->config = config;
    encoder->zone = zone_open(config->zone, NULL);
    assert(encoder->zone); /* the configuration was checked */
}

void encode_turn(struct encoder *encoder, const struct turn *turn, struct actions *actions,
                 struct record_counts *counts)
{
    encode_dispatches(encoder, turn, actions, counts);
    encode_promise(encoder, turn, actions, counts);
    encode_notices(encoder, turn, actions, counts);
    encode_errands(encoder, turn, actions, counts);
    encode_decision(encoder, turn, actions, counts);
}
