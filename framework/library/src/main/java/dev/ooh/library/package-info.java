/**
 * For a program that has a {@link java.lang.foreign.MemorySegment} and wants to know what changed.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.library;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
