/** Serves the meters as Prometheus text. */
@NullMarked
package dev.ooh.metering.prometheus;

import org.jspecify.annotations.NullMarked;
