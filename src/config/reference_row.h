/* One setting in words, for every page that tells of settings. */
#pragma once

#include "config/setting.h"

/* Neither what only a later version understands nor the key of a map's item. */
bool setting_is_shown(const struct setting *row);
/* "whole number, 1 to 256, default `1`, restart"; `flags` are those of the tables around it. */
void setting_describe(const struct setting *row, unsigned flags, bool markdown, struct buf *out);
/* What goes in front of the settings inside: "score.caps.", "slas[].", "departments.NAME.". */
void setting_child_path(const struct setting *row, const char *path, char *out, size_t size);
