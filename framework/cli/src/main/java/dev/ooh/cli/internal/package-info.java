/** How the command line finds its services in OSGi. */
@NullMarked
package dev.ooh.cli.internal;

import org.jspecify.annotations.NullMarked;
