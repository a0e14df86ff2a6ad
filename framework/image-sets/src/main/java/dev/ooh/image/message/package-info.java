/**
 * What the files of a set say: CRIU's messages and how they are framed, and what CRIU's format has
 * no place for, in files of our own. Bytes become values here, and values bytes; no file is opened.
 *
 * <p>Inside this bundle only. May use {@code digest}, and is the only one that knows how a message
 * is built.
 */
@NullMarked
package dev.ooh.image.message;

import org.jspecify.annotations.NullMarked;
