/** A stand-in for a JVM that can be checkpointed, as org.crac wants one. */
@NullMarked
package dev.ooh.checkpoints.crac;

import org.jspecify.annotations.NullMarked;
