/* Named places where a fault test makes the process die, stop or wait. Compiled only with
 * OMBUD_FAILPOINTS; otherwise FAILPOINT() is nothing.
 *
 * OMBUD_FAILPOINT="name[=once|always|N][:kill|stop|wait=MS|crash-on=TEXT];..." with the names
 * after_poll, mid_produce, before_send_offsets, after_send_offsets, before_commit, after_commit,
 * in_rebalance, in_restore, in_shutdown (commands that write in transactions have mid_produce,
 * before_send_offsets, before_commit and after_commit), and `poison:crash-on=TEXT`, which dies
 * whenever a record that contains TEXT is met. N: at the Nth time; `wait` holds up only the thread
 * that comes by. All but `always` and poison fire once ever: a marker file in OMBUD_FAILPOINT_DIR
 * remembers it across restarts. */
#pragma once

#include "base/str.h"

struct failpoints;

#ifdef OMBUD_FAILPOINTS
#define FAILPOINT(points, name) failpoint_hit((points), (name))
#define FAILPOINT_POISON(points, text) failpoint_poison((points), (text))
#else
#define FAILPOINT(points, name) ((void)(points))
#define FAILPOINT_POISON(points, text) ((void)(points), (void)(text))
#endif

/* NULL specification: none fires. Texts are copied. */
struct failpoints *failpoints_new(const char *specification, const char *directory);
void failpoints_free(struct failpoints *points); /* NULL is fine */
/* From any thread. NULL points: nothing. */
void failpoint_hit(struct failpoints *points, const char *name);
void failpoint_poison(struct failpoints *points, struct str text);
