/** Charts as vector graphics. Nothing else here knows the plotting library. */
@Version("1.0.0")
@NullMarked
package dev.ooh.cli.plot;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
