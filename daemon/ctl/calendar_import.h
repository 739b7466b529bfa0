/* `ombudctl calendar import`: an iCalendar file as a calendar of the configuration. */
#pragma once

#include "base/buf.h"
#include "calendar/ics.h"

struct calendar_import {
    struct str file;    /* its name, for the comment */
    struct str base;    /* absent: none */
    struct str zone;    /* absent: as the base, or as the file says */
    struct str workday; /* what the summary of a make-up workday has in it; absent: none is */
    int first_year, last_year; /* that yearly events are written for; 0: those of the others */
};

/* Appends YAML to `out`. False + err, with the line of the event. */
bool calendar_import(const struct calendar_import *import, const struct ics *ics, struct buf *out,
                     struct error *err);
