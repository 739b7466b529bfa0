#include "model/band.h"

int band_parse(struct str name)
{
    if (name.size == 2 && name.data[0] == 'P' && name.data[1] >= '1' && name.data[1] <= '4')
        return name.data[1] - '1';
    return -1;
}

const char *band_name(int band)
{
    static const char *const names[BAND_COUNT] = { "P1", "P2", "P3", "P4" };
    return names[band];
}
