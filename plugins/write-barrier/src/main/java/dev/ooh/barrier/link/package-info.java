/** What woven stores are linked to. Exported for woven classes alone. */
@Version("1.0.0")
@NullMarked
package dev.ooh.barrier.link;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
