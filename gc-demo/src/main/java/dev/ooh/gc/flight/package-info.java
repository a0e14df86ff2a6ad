/** The collector in a flight recording, in events shaped like the JVM's own collectors'. */
@NullMarked
package dev.ooh.gc.flight;

import org.jspecify.annotations.NullMarked;
