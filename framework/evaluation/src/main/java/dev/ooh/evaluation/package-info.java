/** The paper's evaluation: {@code ooh evaluate}. */
@Version("1.0.0")
@NullMarked
package dev.ooh.evaluation;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
