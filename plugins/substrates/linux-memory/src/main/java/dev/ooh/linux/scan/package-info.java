/** Write-protect scans, soft-dirty and userfaultfd over this process's mappings. */
@NullMarked
package dev.ooh.linux.scan;

import org.jspecify.annotations.NullMarked;
