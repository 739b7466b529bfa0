/* The promises that can run for a ticket. */
#pragma once

enum clock_kind { CLOCK_RESPONSE, CLOCK_KIND_COUNT };

const char *clock_kind_name(enum clock_kind kind); /* "response" */
