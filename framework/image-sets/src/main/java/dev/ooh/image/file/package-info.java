/**
 * The changes that are made to a file system, whichever it is. A layer that fails, counts or waits
 * where others don't is put in here.
 *
 * <p>Knows nothing of sets; uses {@code support}.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.image.file;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
