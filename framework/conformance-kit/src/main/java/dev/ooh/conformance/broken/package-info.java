/**
 * What the kit must reject: {@linkplain dev.ooh.conformance.broken.Flaw flaws} put around a right
 * technique, and {@linkplain dev.ooh.conformance.broken.Mutation mutations} of the code of a core,
 * a machine or a technique.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.conformance.broken;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
