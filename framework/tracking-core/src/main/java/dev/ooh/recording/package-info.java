/** A program's page writes, interval by interval, in a file. */
@Version("1.0.0")
@NullMarked
package dev.ooh.recording;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
