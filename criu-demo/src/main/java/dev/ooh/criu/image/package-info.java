/**
 * Image sets in CRIU's own format: one class a message and one a binary layout. A set is a
 * directory that appears whole or not at all.
 */
@NullMarked
package dev.ooh.criu.image;

import org.jspecify.annotations.NullMarked;
