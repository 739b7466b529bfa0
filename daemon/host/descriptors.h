/* Standard input, output and error, which a careless parent may have closed. */
#pragma once

/* Before anything is opened. What is closed becomes /dev/null: otherwise the next socket would be
 * standard error, and the log would be written to a broker. */
void descriptors_begin(void);
