/** A substrate and a technique simple enough to be trusted, for testing the kit itself. */
@NullMarked
package dev.ooh.conformance.model;

import org.jspecify.annotations.NullMarked;
