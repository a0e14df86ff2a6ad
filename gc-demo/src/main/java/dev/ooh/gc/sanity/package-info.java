/** An independent judge of the collector. */
@NullMarked
package dev.ooh.gc.sanity;

import org.jspecify.annotations.NullMarked;
