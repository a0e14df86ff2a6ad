/** What woven calls are linked by. Exported for woven classes alone. */
@Version("1.0.0")
@NullMarked
package dev.ooh.barrier.woven;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
