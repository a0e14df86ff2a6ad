/** Charts as vector graphics. */
@Version("1.0.0")
@NullMarked
package dev.ooh.evaluation.plot;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
