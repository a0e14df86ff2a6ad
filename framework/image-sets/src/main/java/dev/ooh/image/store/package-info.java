/**
 * A directory of sets: what they are called, which one builds on which, which is the latest, who
 * may write, and how a set appears there as a whole. Pages are no concern of it.
 *
 * <p>May use {@code file}, {@code input} and what is below them.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.image.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
