/** Runs measuring commands in processes of their own and reads what they measured. */
@Version("1.0.0")
@NullMarked
package dev.ooh.evaluation.run;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
