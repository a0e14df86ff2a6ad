/** {@code ooh record}: another command, with its page writes recorded. */
@NullMarked
package dev.ooh.cli.record;

import org.jspecify.annotations.NullMarked;
