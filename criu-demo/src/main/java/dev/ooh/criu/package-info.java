/**
 * A checkpointer after CRIU: dumps, pre-dumps with parent sets, restores. It asks its own method
 * which pages changed, and names no technique.
 */
@NullMarked
package dev.ooh.criu;

import org.jspecify.annotations.NullMarked;
