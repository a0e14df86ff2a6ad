/** What an evaluation leaves: a page, a file a figure, rows for programs. */
@Version("1.0.0")
@NullMarked
package dev.ooh.evaluation.report;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
