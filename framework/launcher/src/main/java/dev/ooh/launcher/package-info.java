/**
 * Starts the OSGi framework on the bundle folder and runs one command found there as a service.
 * Sees only the JDK and Felix: everything else is a bundle.
 */
@NullMarked
package dev.ooh.launcher;

import org.jspecify.annotations.NullMarked;
