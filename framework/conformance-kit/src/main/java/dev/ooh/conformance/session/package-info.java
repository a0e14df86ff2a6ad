/** What one session of a technique must do by itself, without the core. */
@NullMarked
package dev.ooh.conformance.session;

import org.jspecify.annotations.NullMarked;
