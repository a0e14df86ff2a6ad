/** Data off the heap that nobody frees: the collector as a library, on a plain class path. */
@NullMarked
package dev.ooh.example.collector;

import org.jspecify.annotations.NullMarked;
