/**
 * What one session of a technique must do by itself, without the core; and that, with all else that
 * a technique must keep, in spaces that are opened in another way.
 */
@NullMarked
package dev.ooh.conformance.session;

import org.jspecify.annotations.NullMarked;
