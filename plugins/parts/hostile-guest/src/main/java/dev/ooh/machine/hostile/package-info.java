/** A guest that passes what no guest should, and what holds on every machine beside it. */
@NullMarked
package dev.ooh.machine.hostile;

import org.jspecify.annotations.NullMarked;
