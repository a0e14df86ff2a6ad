/**
 * Image sets in CRIU's own format. A set is a directory that appears whole or not at all; what it
 * leaves out is in the one that it builds on, so that sets make a chain.
 *
 * <p>Here is what all have to do with: what a set is of, where pages come from and go to, and what
 * is said of one that is damaged. It uses no other package of these; of them each uses only those
 * before it: {@code digest}, {@code message}, {@code support}, {@code file}, {@code input}, {@code
 * store}, {@code reader}, {@code writer}, {@code remote}.
 */
@Version("3.0.0")
@NullMarked
package dev.ooh.image;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
