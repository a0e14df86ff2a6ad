/**
 * What a substrate may offer to techniques. A technique asks {@code space.facility(…)} and refuses
 * when what it needs is not there. A substrate's own bundle may export further facilities, such as
 * the extension points of the virtual machine.
 */
@Version("1.1.0")
@NullMarked
package dev.ooh.tracking.facility;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.versioning.Version;
