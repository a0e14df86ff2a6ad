/**
 * Sets and chains of them that are read: as a whole and verified, or lazily, mapped from their
 * files or from a flat image of all that the newest one holds; and checked.
 *
 * <p>May use {@code store} and what is below it, but nothing that writes sets.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.image.reader;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
