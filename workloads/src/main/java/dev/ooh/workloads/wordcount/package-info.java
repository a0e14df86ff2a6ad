/** Word count over real text. */
@Version("1.0.0")
@NullMarked
package dev.ooh.workloads.wordcount;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
