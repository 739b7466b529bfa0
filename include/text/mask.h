/* Personal data in a text that supervisors read: replaced by what it was. Who must act on a
 * complaint has the whole text in the department's own topic. */
#pragma once

#include "base/arena.h"
#include "base/str.h"

/* `text` with e-mail addresses, telephone numbers, mainland identity cards (GB 11643: their date
 * and check digit must hold), bank cards (ISO/IEC 7812: a scheme's first digits and the Luhn sum)
 * and IBANs (ISO 13616: the country's length and the sum modulo 97) replaced by [e-mail], [phone],
 * [identity card], [bank card] and [IBAN]. Numbers that a word in front calls an order, a parcel or
 * an invoice stay. `text` itself when nothing is replaced, else in `arena`; absent stays absent. */
struct str mask_personal(struct str text, struct arena *arena);
