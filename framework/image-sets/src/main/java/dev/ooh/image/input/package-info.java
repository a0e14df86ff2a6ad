/**
 * Files that are read, with care: they may be damaged, missing, not ours, or no files at all. Those
 * of a set are compared with its manifest before anybody reads what they say.
 *
 * <p>Inside this bundle only. May use {@code digest} and {@code message}.
 */
@NullMarked
package dev.ooh.image.input;

import org.jspecify.annotations.NullMarked;
