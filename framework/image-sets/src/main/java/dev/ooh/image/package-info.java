/**
 * Image sets in CRIU's own format: one class a message and one a binary layout. A set is a
 * directory that appears whole or not at all.
 */
@Version("2.0.0")
@NullMarked
package dev.ooh.image;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
