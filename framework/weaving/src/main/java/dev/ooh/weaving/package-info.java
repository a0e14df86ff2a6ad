/** What the weaver says about its work. */
@Version("1.0.0")
@NullMarked
package dev.ooh.weaving;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
