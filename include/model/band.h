/* How urgent a ticket is, in four steps: P1, the most urgent, is 0 and P4 is 3. */
#pragma once

#include "base/str.h"

enum { BAND_COUNT = 4 };

/* 0..3 for "P1".."P4", -1 otherwise. */
int band_parse(struct str name);
const char *band_name(int band); /* "P1" */
