/** A heap without a collector, all of whose state lies in one tracked region. */
@NullMarked
package dev.ooh.criu.heap;

import org.jspecify.annotations.NullMarked;
