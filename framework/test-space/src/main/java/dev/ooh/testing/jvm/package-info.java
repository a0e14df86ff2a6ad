/** Other JVMs that tests start: to be killed, limited, or denied something. */
@NullMarked
package dev.ooh.testing.jvm;

import org.jspecify.annotations.NullMarked;
