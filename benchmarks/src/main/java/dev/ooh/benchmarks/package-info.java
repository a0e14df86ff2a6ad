/** Measurements with JMH, each beside the floor it is compared with. */
@NullMarked
package dev.ooh.benchmarks;

import org.jspecify.annotations.NullMarked;
