/** Tracks memory of a program that knows nothing of bundles. */
@NullMarked
package dev.ooh.example.library;

import org.jspecify.annotations.NullMarked;
