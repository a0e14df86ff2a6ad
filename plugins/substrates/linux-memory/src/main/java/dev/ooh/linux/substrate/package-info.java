/** This process's own off-heap memory as address spaces. */
@Version("1.1.0")
@NullMarked
package dev.ooh.linux.substrate;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
