/**
 * Checkpoints of memory segments, for a program that wants to be back where it was after {@code
 * kill -9}.
 */
@Version("1.2.0")
@NullMarked
package dev.ooh.checkpoints;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
