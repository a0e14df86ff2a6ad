/** The paper's tables and figures, made of what was measured. */
@Version("1.0.0")
@NullMarked
package dev.ooh.evaluation.figure;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
