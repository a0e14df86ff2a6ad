/**
 * Sets that are written: what the next one must hold, copies of its pages that were made ahead, and
 * all its files; and the one set that is made of a chain.
 *
 * <p>May use {@code reader}, as making one of a chain takes, and what is below it.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.image.writer;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
