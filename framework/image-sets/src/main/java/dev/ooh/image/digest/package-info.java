/**
 * Digests of pages, by which damage is found. Above {@code dev.ooh.image}, which says how it is
 * told.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.image.digest;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
