/**
 * The six applications of Phoenix (Ranger et al., HPCA 2007) that the paper runs, over a heap whose
 * pages are tracked; each with a computation of its result in another way.
 */
@Version("1.0.0")
@NullMarked
package dev.ooh.workloads.phoenix;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
